import type { Stop } from '../../domain/decision.ts';
import type { StopSubject } from '../../domain/kill-switch.ts';
import type { TaskSource } from '../../domain/source.ts';
import type { FindStop } from '../../record/kill-switch-store.ts';

export const createFindStop =
  (
    read: (subject: StopSubject) => Promise<Stop | null>,
    sourceStop: (tenantId: string, sources: readonly TaskSource[]) => Promise<Stop | null>,
  ): FindStop =>
  async ({ tenantId, environment, risk, submittedById, sources }, steps) => {
    const found = await Promise.all(
      steps.map(({ platform, actionType, category }) => {
        const [name = '', version] = actionType.split('@');
        const work = { tenantId, environment, risk, agentId: submittedById };
        return read({ ...work, platform, name, version: Number(version), category });
      }),
    );
    return (
      found.find((stop) => stop?.mode === 'HALT') ??
      found.find((stop) => stop !== null) ??
      sourceStop(tenantId, sources)
    );
  };
