import type { TlsFiles } from './tls-files.ts';
import type { TlsMaterial } from './tls-material.ts';
import { EmbeddedCassandraError } from '../errors.ts';

export class ClusterTls {
  readonly material: TlsMaterial;
  constructor(material: TlsMaterial) {
    this.material = material;
  }
  static async create(folder: string, clientAuth: boolean): Promise<ClusterTls> {
    throw new EmbeddedCassandraError('INVALID_OPTION', `Option tls is not available yet ${folder} ${clientAuth}`);
  }
  async filesFor(_address: string, _folder: string): Promise<TlsFiles> {
    throw new Error('');
  }
}
