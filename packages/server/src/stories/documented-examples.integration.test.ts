import { Kind, parse, valueFromASTUntyped, visit } from 'graphql';
import { expect, test } from 'vitest';
import { documentedOperations } from '../../../../scripts/checks/documented-operations.ts';
import type { TaskInput } from '../../testing/people.ts';
import { createSandboxWorld } from '../../testing/sandbox-world.ts';

/** The submissions that an operation spells out; a variable the page has elsewhere. */
const submissionsIn = (text: string): TaskInput[] => {
  const found: TaskInput[] = [];
  const document = parse(text);
  let takesVariables = false;
  visit(document, {
    VariableDefinition: () => void (takesVariables = true),
    Field: ({ name, arguments: given = [] }) => {
      const input = given.find((argument) => argument.name.value === 'input')?.value;
      if (name.value !== 'executeTask' || input?.kind !== Kind.OBJECT) return;
      found.push(valueFromASTUntyped(input, {}) as TaskInput);
    },
  });
  return takesVariables ? [] : found;
};

/** Of platforms that the sandbox of the stories does not have: a repository, a robot's broker, a server inside. */
const isElsewhere = (place: string): boolean => /^docs\/platforms\/(git|http|robot)\.md/.test(place);

test('every submission that a page shows is taken in by the sandbox, as it stands there', async () => {
  await using sandbox = await createSandboxWorld();
  const refused: string[] = [];
  let tried = 0;
  for (const [place, text] of documentedOperations()) {
    if (isElsewhere(place)) continue;
    for (const input of submissionsIn(text)) {
      tried += 1;
      const outcome = await sandbox.world.agent.asks({ ...input, mode: 'PLAN' });
      if (!outcome.ok) refused.push(`${place}: ${outcome.refusal.message}`);
    }
  }
  expect(refused).toEqual([]);
  expect(tried).toBeGreaterThan(8);
});
