import { environments } from '@countersign/shared';
import type { Caller, Credential, Principal } from '../src/domain/principal.ts';

/** Somebody in a session that began just now, with a link from the machine's own terminal, where nothing else is said. */
export const signedIn = (principal: Principal, credential: Partial<Credential> = {}): Caller => ({
  ...principal,
  credential: {
    ...{ id: 'session', kind: 'SESSION', handIds: [], decidesIn: environments, since: new Date() },
    ...credential,
  },
});

/** What of a principal says where it comes from, for one that was there from the beginning. */
export const ofTheMachine = {
  groups: [],
  ownerId: null,
  createdById: null,
  handIds: [],
  disabledAt: null,
} as const;
