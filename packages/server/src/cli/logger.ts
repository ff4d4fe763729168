import type { Config } from '../config.ts';
import { createLogger, type Logger } from '../infra/logger.ts';

/** Of a command: standard output is for what came of it. */
export const commandLogger = ({ log }: Pick<Config, 'log'>): Logger =>
  createLogger({ level: log.level, destination: process.stderr });
