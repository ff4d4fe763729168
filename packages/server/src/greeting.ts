import { randomUUID } from 'node:crypto';
import { curlWords, graphqlSubmission, helloTask, shellWord } from '@countersign/shared/first-task';
import type { FirstRun } from './first-run.ts';

/** As whoever reads it calls us: from the package that npm installed, or in the repository. */
const countersign = import.meta.dirname.includes('/node_modules/')
  ? 'npx countersign'
  : 'npm run -s countersign --';
const askForLink = `${countersign} sign-in-link`;

/** What the terminal shows once, with credentials: on the first start. */
export const firstGreeting = ({ url, signInUrl, agentKey }: FirstRun): string => `
Countersign is ready at ${url}

  Sign in (once):  ${signInUrl}
  Agent API key:   ${agentKey}

Submit a first task as the agent, then approve it in the console:

${curlLine(url, `'authorization: Bearer ${agentKey}'`, 'Hello from an approved agent.')}

The keys of people in first-run.json are for trying out: they decide in DEVELOPMENT and STAGING. In PRODUCTION
people sign in. Another link: ${askForLink}

`;

/** What it shows from then on: no credentials. The line reads the key where the first start kept it. */
export const laterGreeting = (url: string, keysFile: string | null): string => `
Countersign is ready at ${url}

  Sign in with a link from:  ${askForLink}
${keysFile === null ? '' : taskWords(url, keysFile)}
`;

const taskWords = (url: string, keysFile: string): string => `
Submit a task as the demo agent, then approve it in the console:

${curlLine(url, `"authorization: Bearer $(sed -n 's/.*"agentKey": "\\([^"]*\\)".*/\\1/p' ${shellWord(keysFile)})"`, `Hello again from an approved agent, ${randomUUID().slice(0, 8)}.`)}
`;

/** What it says besides where platforms are emulated. */
export const sandboxGreeting = (url: string): string =>
  `Platforms that are not configured are emulated: ${url}/sandbox shows what they hold.\n\n`;

/** A node of which nobody could sign in yet says how somebody can. */
export const emptyGreeting = `
Nobody can sign in yet. With the same settings, once:  ${countersign} bootstrap
`;

/** For pasting into a shell. `authorization` is a word of it, quoted already. */
const curlLine = (url: string, authorization: string, words: string): string => {
  // Of this start: the same key again would only show the first task again.
  const task = helloTask('demo', randomUUID().slice(0, 8), words);
  return curlWords(`${url}/graphql`, [authorization], JSON.stringify(graphqlSubmission(task))).join(' ');
};
