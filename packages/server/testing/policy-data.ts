import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const shippedData = join(import.meta.dirname, '../../../policies/data.json');

/** The shipped policy data in a file of a test's own, asking by these terms whatever the environment and risk. */
export const shippedPolicyData = async (
  home: string,
  asking: object,
  /** By environment, action types that nobody may use there. */
  forbidden: Readonly<Record<string, readonly string[]>> = {},
  /** By environment, other terms of asking. */
  askingIn: Readonly<Record<string, object>> = {},
  /** By action type, params that a person must agree to where they are given. */
  givenParams: Readonly<Record<string, readonly string[]>> = {},
): Promise<string> => {
  const data = JSON.parse(await readFile(shippedData, 'utf8')) as {
    settings: {
      approval: { default: object; environments: Record<string, object> };
      environments: Record<string, object>;
      hardApproval: { givenParams: Record<string, readonly string[]> };
    };
  };
  const { approval, environments, hardApproval } = data.settings;
  Object.assign(hardApproval.givenParams, givenParams);
  for (const [name, forbiddenActionTypes] of Object.entries(forbidden))
    environments[name] = { ...environments[name], forbiddenActionTypes };
  approval.default = { required: 1, expiresInMs: 3_600_000, undoWindowMs: 0, ...asking };
  for (const name of Object.keys(approval.environments))
    approval.environments[name] = { default: askingIn[name] ?? {}, risks: {} };
  const file = join(home, 'policy-data.json');
  await writeFile(file, JSON.stringify(data));
  return file;
};
