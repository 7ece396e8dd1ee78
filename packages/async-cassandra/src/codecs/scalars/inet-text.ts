const ipv4Text = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const groupText = /^[0-9a-f]{1,4}$/i;
const GROUPS = 8;
/** The longest text of an IPv6 address, with its last 32 bits in dotted form. */
const MAX_INET_CHARS = 45;

/** The 4 or 16 bytes of an IP address, or null when the text is none. Zone ids are none: the wire has no place for them. */
export function parseInet(text: string): number[] | null {
  if (text.length > MAX_INET_CHARS) return null;
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): number[] | null {
  const match = ipv4Text.exec(text);
  if (match === null) return null;
  const bytes: number[] = [];
  for (const octet of match.slice(1)) {
    // A leading zero means octal to some readers, so that the text is ambiguous.
    if (Number(octet) > 255 || (octet.length > 1 && octet.startsWith('0'))) return null;
    bytes.push(Number(octet));
  }
  return bytes;
}

function parseIpv6(text: string): number[] | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = parseGroups(halves[0] as string, halves.length === 1);
  const tail = halves.length === 1 ? [] : parseGroups(halves[1] as string, true);
  if (head === null || tail === null) return null;
  const missing = GROUPS - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return groups.flatMap((group) => [group >> 8, group & 0xff]);
}

/** Reads groups parted by colons; at the end of the address the last two may be an IPv4 address. */
function parseGroups(text: string, isEnd: boolean): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (groupText.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const bytes = isEnd && i === parts.length - 1 ? parseIpv4(part) : null;
    if (bytes === null) return null;
    const [a, b, c, d] = bytes as [number, number, number, number];
    groups.push((a << 8) | b, (c << 8) | d);
  }
  return groups;
}
