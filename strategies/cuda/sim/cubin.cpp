// Reads what a cubin, an ELF file by NVIDIA's assembler, says of its kernels. The
// simulated driver runs the kernels' sources all the same.
#include <elf.h>

#include <cstring>

#include "settings.h"

namespace sim {

// What .nv.info.NAME says of a kernel: records of a form, an attribute and two bytes,
// which are the size of what follows where the form is 4.
static entry parse_info(const char *at, const char *end) {
  entry e;
  while (at + 4 <= end) {
    uint8_t form = at[0], attribute = at[1];
    uint16_t size = 0;
    if (form == 4) memcpy(&size, at + 2, 2);
    at += 4;
    if (attribute == 0x17) {  // a parameter: index, ordinal and offset, size
      uint16_t ordinal;
      uint32_t bits;
      memcpy(&ordinal, at + 4, 2);
      memcpy(&bits, at + 8, 4);
      if (e.parameters.size() <= ordinal) e.parameters.resize(ordinal + 1);
      e.parameters[ordinal] = bits >> 18;
    }
    if (attribute == 0x05) memcpy(&e.most_threads, at, 4);  // .maxntid
    at += size;
  }
  return e;
}

int parse_cubin(const char *image, int capability, std::map<std::string, entry> &entries) {
  Elf64_Ehdr header;
  memcpy(&header, image, sizeof header);
  int made_for = (header.e_ident[EI_ABIVERSION] < 8 ? header.e_flags : header.e_flags >> 8) & 0xff;
  if (made_for / 10 != capability / 10 || made_for > capability) return 209;
  std::vector<Elf64_Shdr> sections(header.e_shnum);
  memcpy(sections.data(), image + header.e_shoff, sections.size() * sizeof sections[0]);
  const char *names = image + sections[header.e_shstrndx].sh_offset;
  const std::string prefix = ".nv.info.";
  for (const Elf64_Shdr &s : sections) {
    std::string name = names + s.sh_name;
    if (name.starts_with(prefix))
      entries[name.substr(prefix.size())] = parse_info(image + s.sh_offset, image + s.sh_offset + s.sh_size);
  }
  return 0;
}

}  // namespace sim
