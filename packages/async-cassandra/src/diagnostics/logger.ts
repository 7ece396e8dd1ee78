/** A log method: a message, optionally preceded by an object of fields, as pino and console accept them. */
export type LogMethod = (fieldsOrMessage: object | string, message?: string) => void;

/**
 * Where the driver logs. `console` and pino loggers fit as they are. Absent methods silence their level.
 * Nothing secret is ever logged: no credentials, no bound values.
 */
export interface Logger {
  readonly error?: LogMethod;
  readonly warn?: LogMethod;
  readonly info?: LogMethod;
  readonly debug?: LogMethod;
}

/** A logger that says nothing: the default. */
export const silentLogger: Logger = Object.freeze({});
