import type { SeenTask } from '../agent.ts';
import { createApprovalsPage } from '../pages/approvals.ts';
import { isDecision } from '../pages/bad-network.ts';
import { expect, test } from '../test.ts';

const keystrokes = 1_000;
const arrivals = 10;

/**
 * Every key of the console and then some. Two are missing, as deciding is what they are for: ⇧A approves, and
 * Ctrl+Enter sends a reason that was written. A is Caps Lock's.
 */
const keys = [
  ...[
    'a',
    'A',
    'r',
    'z',
    'x',
    'e',
    'c',
    'd',
    'h',
    'v',
    'n',
    'p',
    's',
    'j',
    'k',
    'g',
    'o',
    't',
    'l',
    'w',
    'y',
  ],
  ...['1', '2', '3', '4', '/', '?', '.', 'Enter', 'Escape', 'Space', 'Backspace', 'Delete'],
  ...['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End', 'PageUp', 'PageDown'],
  ...['Shift+R', 'Shift+Z', 'Shift+Enter', 'Alt+A', 'Control+K'],
];

/** Mulberry32: the same seed gives the same keys. */
const createRandom = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};

test('a thousand random keystrokes while requests arrive decide nothing', async ({
  agent,
  operator,
  stack,
  unique,
}, info) => {
  const seed = Date.now() % 2 ** 31;
  info.annotations.push({ type: 'seed', description: String(seed) });
  const random = createRandom(seed);
  const approvals = createApprovalsPage(operator);
  const decisions: string[] = [];
  operator.on('request', (request) => {
    if (isDecision(request.postData())) decisions.push(request.postData() ?? '');
  });
  const submits = (index: number): Promise<SeenTask> =>
    agent.submits({
      goal: `Add storm ${index} of ${unique}`,
      branch: unique,
      files: [{ path: `storm-${unique}-${index}.txt`, content: 'x\n' }],
    });
  const tasks = [await submits(0)];
  await approvals.open(stack.url);
  await expect(approvals.approve).toBeEnabled();

  for (let count = 1; count <= keystrokes; count += 1) {
    await operator.keyboard.press(keys[Math.floor(random() * keys.length)] ?? 'a');
    if (count % (keystrokes / arrivals) === 0) tasks.push(await submits(tasks.length));
    // Where the keys have led away, the storm goes on in the inbox.
    if (count % 50 === 0 && !(await approvals.list.isVisible())) await approvals.open(stack.url);
  }

  expect(decisions, `seed ${seed}`).toEqual([]);
  for (const task of tasks) {
    expect(await agent.sees(task), `seed ${seed}`).toMatchObject({
      status: 'AWAITING_APPROVAL',
      approval: { reviews: [] },
    });
  }
  // The page has come through: one deliberate press still works, on one that no key can have put off.
  const last = await submits(tasks.length);
  await approvals.open(stack.url);
  await approvals.choose(`storm-${unique}-${tasks.length}.txt`);
  await expect(approvals.approve).toBeEnabled();
  await operator.keyboard.press('Shift+A');
  await agent.reaches(last, 'HELD');
});
