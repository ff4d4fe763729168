import type { Feedback } from '../../domain/feedback.ts';
import type { Principal } from '../../domain/principal.ts';
import { sightOf } from '../../domain/sight.ts';
import type { Task } from '../../domain/task.ts';
import { noCounts, trackWindowDays, type TrackCounts } from '../../domain/track-record.ts';
import type { Connections } from '../../infra/database.ts';
import { feedbackStore } from '../../record/feedback-store.ts';
import type { TaskStore } from '../../record/task-store.ts';
import type { TrackDay, TrackStore } from '../../record/track-store.ts';

/** What came of an agent's work within the window, as scores count it. */
export interface AgentRecord extends TrackCounts {
  readonly windowDays: number;
}

/** What is on record of one agent of the viewer's tenant. */
export interface AgentViews {
  record(viewer: Principal, agentId: string): Promise<AgentRecord>;
  /** Days on which something counted, oldest first. */
  days(viewer: Principal, agentId: string): Promise<readonly TrackDay[]>;
  /** About its newest thousand tasks, newest first. */
  feedback(viewer: Principal, agentId: string): Promise<readonly Feedback[]>;
  recentTasks(viewer: Principal, agentId: string): Promise<readonly Task[]>;
}

const mostShown = 20;

export const createAgentViews = ({
  database,
  track,
  tasks,
}: {
  readonly database: { readonly reports: Connections };
  readonly track: TrackStore;
  readonly tasks: Pick<TaskStore, 'page'>;
}): AgentViews => ({
  async record({ tenantId }, principalId) {
    const [found] = await track.find([{ tenantId, principalId, kind: '' }]);
    const { tenantId: _tenant, principalId: _who, kind: _kind, ...counts } = { ...found };
    return { ...noCounts, ...counts, windowDays: trackWindowDays };
  },
  days: ({ tenantId }, agentId) => track.days(tenantId, agentId),
  feedback: (viewer, agentId) =>
    feedbackStore.findAbout(database.reports, sightOf(viewer), agentId, mostShown),
  recentTasks: (viewer, agentId) => tasks.page(sightOf(viewer), { submittedById: agentId }, mostShown, null),
});
