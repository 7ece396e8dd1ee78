import { ConfigurationError } from '../errors/index.ts';
import type { Codec } from './codec.ts';

/** The option `encoding`. */
export interface EncodingOptions {
  /** Codecs that replace this package's own for the types they name: presets of `codecs`, or of your making. */
  readonly codecs?: readonly Codec<unknown>[] | undefined;
  /** Binds undefined as unset instead of refusing it. Default false. */
  readonly undefinedAsUnset?: boolean | undefined;
  /** Compiles decoders and encoders by generating code, several times faster. Default: where the runtime allows it. */
  readonly codeGeneration?: boolean | undefined;
}

const FLAGS: readonly string[] = ['undefinedAsUnset', 'codeGeneration'];

/** @throws ConfigurationError naming the path of an option that is unknown or of the wrong kind */
export function checkEncodingOptions(options: EncodingOptions): void {
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    const path = `encoding.${name}`;
    if (name === 'codecs') {
      if (value !== undefined && !Array.isArray(value))
        throw new ConfigurationError(path, `Option "${path}" is not an array; check that it is one of codecs`);
    } else if (!FLAGS.includes(name)) {
      throw new ConfigurationError(path, `Option "${path}" does not exist; check its name`);
    } else if (value !== undefined && typeof value !== 'boolean') {
      throw new ConfigurationError(path, `Option "${path}" is neither true nor false; check its value`);
    }
  }
}
