export { type Logger, type LogMethod, silentLogger } from './logger.ts';
