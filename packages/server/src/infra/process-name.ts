import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** No other process has or had it, also where it is the first of its container each time. */
export const nameProcess = (): string => `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`;
