import type { PlatformTools } from '../src/platforms/contract/platform.ts';
import { createPrograms } from '../src/platforms/kit/programs.ts';
import type { Secrets } from '../src/platforms/kit/secrets.ts';

/** What proves that a platform of somebody's own keeps its promises. */
export { createEgress } from '../src/infra/egress.ts';
export { conformanceCases } from '../src/platforms/contract/executor-conformance.ts';
export { createSecrets } from '../src/platforms/kit/secrets.ts';
export { platformKit } from '../src/platforms/platform-kit.ts';
export {
  failing,
  fallingSilent,
  lying,
  platformFailures,
  readingLate,
  unreachable,
} from './platform-world.ts';
export { jsonBody, startEmulator, type Emulated } from './platforms/emulator.ts';

/** What a platform is given, with these secrets and nothing else. */
export const platformToolsWith = (secrets: Secrets): PlatformTools => ({
  home: '',
  secrets,
  programEnvironment: {},
  programs: createPrograms({ environment: {}, sandbox: 'PREFERRED' }),
  stack: new AsyncDisposableStack(),
});
