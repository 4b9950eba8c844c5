package runs

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
)

// A checksum is the CRC-32C of all bytes before the member that holds it, which
// is the last of its object: {…,"crc":"0a1b2c3d"}. It finds what a disk or a
// careless editor did to a file, not what somebody forged.

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sealLength is the length of the member and the closing brace.
const sealLength = len(`,"crc":"00000000"}`)

// seal adds the checksum to a JSON object on one line.
func seal(object []byte) []byte {
	body := bytes.TrimSuffix(object, []byte("}"))
	return append(body, sealOf(crc32.Checksum(body, castagnoli))...)
}

// sealOf returns the member with a checksum, and the closing brace.
func sealOf(sum uint32) string { return fmt.Sprintf(`,"crc":"%08x"}`, sum) }

// unseal takes the checksum off again. sealed is false where the object has
// none; the error says that it is not that of the object.
func unseal(text []byte) (object []byte, sealed bool, err error) {
	body, sealed, err := sealedBody(text)
	if err != nil || !sealed {
		return text, sealed, err
	}
	return append(bytes.Clone(body), '}'), true, nil
}

// sealedBody returns what the checksum of an object is of, as part of text.
func sealedBody(text []byte) (body []byte, sealed bool, err error) {
	at := len(text) - sealLength
	if at < 1 || !bytes.HasPrefix(text[at:], []byte(`,"crc":"`)) || !bytes.HasSuffix(text, []byte(`"}`)) {
		return nil, false, nil
	}
	var want [8]byte
	sum := binary.BigEndian.AppendUint32(nil, crc32.Checksum(text[:at], castagnoli))
	hex.Encode(want[:], sum)
	if got := text[at+len(`,"crc":"`) : len(text)-len(`"}`)]; !bytes.Equal(got, want[:]) {
		return nil, true, fmt.Errorf("damaged: the checksum is %q and should be %q", got, want)
	}
	return text[:at], true, nil
}
