import type {
  ActionCategory,
  BreakerState,
  ExecutorMode,
  IdempotencyCapability,
  NetworkReach,
} from '@countersign/shared';
import type { Builder } from './builder.ts';
import { enumOf } from './enum-of.ts';

/** What an action type promises, and whether its platform is called. */
export const addPlatformEnums = (builder: Builder) => ({
  actionCategory: enumOf<ActionCategory>(builder, 'ActionCategory', 'What kind of change an action makes.', {
    READ: 'None.',
    WRITE: 'It changes data.',
    DEPLOY: 'It changes what runs.',
    ROLLBACK: 'It takes a change back.',
  }),
  idempotency: enumOf<IdempotencyCapability>(
    builder,
    'IdempotencyCapability',
    'What a retry of an action may assume about its platform.',
    {
      NATIVE_KEY: 'The platform takes our key, and does the same thing once.',
      LOOKUP: 'We can look for the mark that an earlier attempt left.',
      CONDITIONAL: 'The platform changes only the version that we name.',
      NONE: 'Nothing: where an outcome is unknown, a person must look.',
    },
  ),
  networkReach: enumOf<NetworkReach>(builder, 'NetworkReach', 'How far an action reaches over the network.', {
    NONE: 'Not at all.',
    INTERNAL: 'To hosts inside that configuration names.',
    INTERNET: 'To public hosts too.',
  }),
  breakerState: enumOf<BreakerState>(builder, 'BreakerState', 'Whether calls to a platform go through.', {
    CLOSED: 'They do.',
    OPEN: 'It failed repeatedly and is left alone for a while.',
    HALF_OPEN: 'One call is let through to see whether it works again.',
  }),
  executorMode: enumOf<ExecutorMode>(builder, 'ExecutorMode', 'What an operator says of a platform.', {
    OPEN: 'No call goes out; what waits is held. What was sent already is still read back.',
    DRAIN: 'No step is begun; what is in flight finishes, and planning goes on.',
    CLOSE: 'It goes on, and its circuit breakers are closed in every process.',
  }),
});
