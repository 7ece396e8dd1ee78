import { isIP } from 'node:net';
import { bitString, boolean, implicit, objectIdentifier, octetString, sequence } from './der.ts';

// RFC 5280, section 4.2.1
const ids = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;
const purposes = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const;

function extension(id: string, isCritical: boolean, value: Buffer): Buffer {
  return sequence(objectIdentifier(id), ...(isCritical ? [boolean(true)] : []), octetString(value));
}

export function basicConstraints(isAuthority: boolean): Buffer {
  return extension(ids.basicConstraints, true, isAuthority ? sequence(boolean(true)) : sequence());
}

/** An authority signs certificates and revocation lists (bits 5, 6); others sign handshakes (bit 0). */
export function keyUsage(role: 'authority' | 'leaf'): Buffer {
  const bits = role === 'authority' ? bitString(Buffer.from([0x06]), 1) : bitString(Buffer.from([0x80]), 7);
  return extension(ids.keyUsage, true, bits);
}

export function extendedKeyUsage(use: 'server' | 'client'): Buffer {
  return extension(ids.extendedKeyUsage, false, sequence(objectIdentifier(purposes[use])));
}

export function subjectKeyId(keyId: Uint8Array): Buffer {
  return extension(ids.subjectKeyId, false, octetString(keyId));
}

export function authorityKeyId(keyId: Uint8Array): Buffer {
  return extension(ids.authorityKeyId, false, sequence(implicit(0, keyId)));
}

/** IP addresses become iPAddress, everything else dNSName. */
export function subjectAltNames(names: readonly string[]): Buffer {
  const encoded = names.map((name) =>
    isIP(name) === 0 ? implicit(2, Buffer.from(name)) : implicit(7, addressBytes(name)),
  );
  return extension(ids.subjectAltName, false, sequence(...encoded));
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail = ''] = address.split('::');
  const left = groups(head);
  const right = groups(tail);
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => 0);
  return Buffer.from([...left, ...zeros, ...right].flatMap((group) => [group >> 8, group & 0xff]));
}

function groups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
