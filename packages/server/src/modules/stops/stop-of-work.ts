import type { Stop } from '../../domain/decision.ts';
import type { StopSubject } from '../../domain/kill-switch.ts';
import type { Task } from '../../domain/task.ts';

export type WorkOfTask = Pick<Task, 'tenantId' | 'environment' | 'submittedById'> & {
  readonly risk: Task['risk'];
};

export interface WorkStep {
  readonly platform: string;
  /** `repo.commit@1` */
  readonly actionType: string;
}

/** What stops any of these steps of a task now; null where nothing does. Never rejects: what cannot be read is a stop. */
export type FindStop = (task: WorkOfTask, steps: readonly WorkStep[]) => Promise<Stop | null>;

export const createFindStop =
  (read: (subject: StopSubject) => Promise<Stop | null>): FindStop =>
  async ({ tenantId, environment, risk, submittedById }, steps) => {
    const found = await Promise.all(
      steps.map(({ platform, actionType }) => {
        const [name = '', version] = actionType.split('@');
        const work = { tenantId, environment, risk, agentId: submittedById };
        return read({ ...work, platform, name, version: Number(version), category: 'WRITE' });
      }),
    );
    return found.find((stop) => stop?.mode === 'HALT') ?? found.find((stop) => stop !== null) ?? null;
  };
