import { createHash, generateKeyPair, type KeyObject, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';
import {
  authorityKeyId,
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  subjectAltNames,
  subjectKeyId,
} from './certificate-extensions.ts';
import { bitString, explicit, objectIdentifier, sequence, set, unsignedInteger, utcTime, utf8String } from './der.ts';

/** A certificate and its private key (PKCS #8), as PEM text. */
export interface Credential {
  readonly cert: string;
  readonly key: string;
}

export interface LeafRequest {
  readonly commonName: string;
  readonly use: 'server' | 'client';
  /** IP addresses and DNS names. */
  readonly names: readonly string[];
}

interface CertificateParts {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Buffer[];
}

const authorityName = 'embedded-cassandra CA';
const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
const dayMs = 86_400_000;
const lifetimeDays = 730;

/** Issues certificates (RFC 5280) on P-256 keys, valid from yesterday, for two years. */
export class CertificateAuthority {
  /** The authority's own certificate, as PEM text. */
  readonly cert: string;
  readonly #privateKey: KeyObject;
  readonly #keyId: Buffer;

  private constructor(publicKey: KeyObject, privateKey: KeyObject) {
    this.#privateKey = privateKey;
    this.#keyId = keyIdOf(publicKey);
    const extensions = [basicConstraints(true), keyUsage('authority'), subjectKeyId(this.#keyId)];
    this.cert = this.#sign({ subject: authorityName, publicKey, extensions });
  }

  static async create(): Promise<CertificateAuthority> {
    const { publicKey, privateKey } = await newKeyPair();
    return new CertificateAuthority(publicKey, privateKey);
  }

  async issue({ commonName, use, names }: LeafRequest): Promise<Credential> {
    const { publicKey, privateKey } = await newKeyPair();
    const extensions = [
      basicConstraints(false),
      keyUsage('leaf'),
      extendedKeyUsage(use),
      subjectKeyId(keyIdOf(publicKey)),
      authorityKeyId(this.#keyId),
      ...(names.length === 0 ? [] : [subjectAltNames(names)]),
    ];
    return {
      cert: this.#sign({ subject: commonName, publicKey, extensions }),
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    };
  }

  #sign({ subject, publicKey, extensions }: CertificateParts): string {
    const now = Date.now();
    const body = sequence(
      explicit(0, unsignedInteger(Buffer.from([2]))), // version 3
      unsignedInteger(randomBytes(16)),
      ecdsaWithSha256,
      nameOf(authorityName),
      sequence(utcTime(new Date(now - dayMs)), utcTime(new Date(now + lifetimeDays * dayMs))),
      nameOf(subject),
      publicKey.export({ type: 'spki', format: 'der' }),
      explicit(3, sequence(...extensions)),
    );
    const signature = sign('sha256', body, this.#privateKey);
    return toPem(sequence(body, ecdsaWithSha256, bitString(signature)));
  }
}

async function newKeyPair(): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  return await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
}

function nameOf(commonName: string): Buffer {
  return sequence(set(sequence(objectIdentifier('2.5.4.3'), utf8String(commonName))));
}

/** RFC 5280, 4.2.1.2: the SHA-1 of the public key's bits, which are the last 65 bytes of a P-256 key. */
function keyIdOf(publicKey: KeyObject): Buffer {
  const encoded = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha1').update(encoded.subarray(-65)).digest();
}

function toPem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
