import { v7 } from 'uuid';

/** A new UUID. Version 7 sorts by time of birth, so that primary keys grow at one end of their index. */
export type NewId = () => string;

export const newId: NewId = () => v7();
