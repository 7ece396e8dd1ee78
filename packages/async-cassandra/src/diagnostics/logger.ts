/** A log method: a message, optionally preceded by an object of fields, as pino and console accept them. */
export type LogMethod = (fieldsOrMessage: object | string, message?: string) => void;

/**
 * `error`: the application or its configuration needs a change, it does not heal by itself. `warn`: something fails, the
 * driver copes. `info`: states that operators follow. `debug`: what helps to understand the driver.
 */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/**
 * Where the driver logs. `console` and pino loggers fit as they are. Absent methods silence their level.
 * Nothing secret is ever logged: no credentials, no bound values.
 */
export interface Logger {
  readonly error?: LogMethod | undefined;
  readonly warn?: LogMethod | undefined;
  readonly info?: LogMethod | undefined;
  readonly debug?: LogMethod | undefined;
  /** Whether lines of a level would be written: when not, they are not even built. Default: those whose method is there. */
  isLevelEnabled?(level: LogLevel): boolean;
}

/** A logger that says nothing: the default. */
export const silentLogger: Logger = Object.freeze({});
