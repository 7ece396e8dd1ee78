/** The text of an IPv4 (4 bytes) or IPv6 (16 bytes) address at `pos`, IPv6 in the canonical form of RFC 5952. */
export function formatInetAddress(bytes: Uint8Array, pos: number, length: 4 | 16): string {
  return length === 4 ? formatIpv4(bytes, pos) : formatIpv6(bytes, pos);
}

function formatIpv4(bytes: Uint8Array, pos: number): string {
  return `${bytes[pos]}.${bytes[pos + 1]}.${bytes[pos + 2]}.${bytes[pos + 3]}`;
}

function groupAt(bytes: Uint8Array, pos: number, group: number): number {
  return ((bytes[pos + 2 * group] as number) << 8) | (bytes[pos + 2 * group + 1] as number);
}

function formatIpv6(bytes: Uint8Array, pos: number): string {
  // RFC 5952 section 4.2: "::" stands for the longest run of at least two zero groups, the first one when there are several.
  let bestStart = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (i + run < 8 && groupAt(bytes, pos, i + run) === 0) run++;
    if (run > bestLength) {
      bestStart = i;
      bestLength = run;
    }
    i += run;
  }
  // Section 5: an IPv4-mapped address shows its IPv4 part in dotted form.
  if (bestStart === 0 && bestLength === 5 && groupAt(bytes, pos, 5) === 0xffff) {
    return `::ffff:${formatIpv4(bytes, pos + 12)}`;
  }
  let text = '';
  for (let i = 0; i < 8; i++) {
    if (i === bestStart) {
      text += '::';
      i += bestLength - 1;
      continue;
    }
    if (text !== '' && !text.endsWith(':')) text += ':';
    text += groupAt(bytes, pos, i).toString(16);
  }
  return text;
}
