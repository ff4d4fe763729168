import { environments } from '@countersign/shared';
import { z } from 'zod';

const line = z.string().trim().min(1).max(1_000);

/** A standard operating procedure, as agents write it and people read it. */
export const procedureSchema = z.strictObject({
  title: line,
  purpose: line,
  owner: line.describe('Who answers for it.'),
  environment: z.enum(environments),
  preconditions: z.array(line).max(50).default([]),
  steps: z
    .array(
      z.strictObject({
        name: line,
        instruction: line,
        action: z
          .strictObject({
            type: z.string().min(1).max(200).describe('An action type: kubernetes.deployment.scale@1.'),
            params: z.record(z.string(), z.unknown()),
          })
          .optional()
          .describe('Left out where a person does it by hand.'),
        verification: line.optional().describe('How one sees that it worked.'),
        rollback: line.optional().describe('How it is undone.'),
      }),
    )
    .max(100),
  escalation: line.optional().describe('Whom to call where it goes wrong.'),
});
export type Procedure = z.output<typeof procedureSchema>;

export interface ProcedureFault {
  readonly path: string;
  readonly message: string;
}

/** What a procedure lacks, beyond its form. */
export const procedureFaults = ({ environment, steps, escalation }: Procedure): readonly ProcedureFault[] => {
  const names = steps.map(({ name }) => name);
  return [
    ...(steps.length === 0 ? [{ path: 'steps', message: 'is empty' }] : []),
    ...names.flatMap((name, at) =>
      names.indexOf(name) < at ? [{ path: `steps[${at}].name`, message: 'is there twice' }] : [],
    ),
    ...steps.flatMap(({ verification, rollback }, at) => [
      ...(verification === undefined ? [{ path: `steps[${at}].verification`, message: 'is missing' }] : []),
      ...(rollback === undefined && environment === 'PRODUCTION'
        ? [{ path: `steps[${at}].rollback`, message: 'is missing, and this is for production' }]
        : []),
    ]),
    ...(escalation === undefined && environment === 'PRODUCTION'
      ? [{ path: 'escalation', message: 'is missing, and this is for production' }]
      : []),
  ];
};

/** What rests on nothing but its input: whoever wrote that is not known here. */
export const inputAlone = { name: 'its input', asOf: null, isOutside: true } as const;
