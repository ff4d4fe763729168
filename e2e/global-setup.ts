import { prepare } from '../scripts/prepare.ts';

/** The console as it is served: built where its sources changed since the last build. */
export default prepare;
