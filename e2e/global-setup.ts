import { prepare } from '../scripts/prepare.ts';

/** The console and the server as `npm start` has them: built where its sources changed since the last build. */
export default prepare;
