import type { ReleaseStage, StopMode, StopScopeKind, StopStage } from '@countersign/shared';
import type { Builder } from './builder.ts';
import { enumOf } from './enum-of.ts';

export const addStopEnums = (builder: Builder) => ({
  stopScopeKind: enumOf<StopScopeKind>(builder, 'StopScopeKind', 'What a kill switch stops.', {
    GLOBAL: 'Everything of every tenant. For those who run the installation.',
    TENANT: 'Everything of your tenant.',
    ENVIRONMENT: "Your tenant's tasks for one environment.",
    PLATFORM: "Your tenant's work on one platform.",
    AGENT: 'What one agent, service or person submitted.',
    ACTION_TYPE: "Your tenant's actions of one type, of every version or of one.",
  }),
  stopMode: enumOf<StopMode>(builder, 'StopMode', 'What becomes of what is in flight when work is stopped.', {
    PAUSE: 'It finishes. Nothing else begins.',
    HALT: 'It is ended where it can be; nothing else begins.',
  }),
  stopStage: enumOf<StopStage>(builder, 'StopStage', 'How far a kill switch was released.', {
    STOPPED: 'Not at all.',
    OBSERVE: 'What only reads goes on.',
    LOW_RISK: 'What is of low risk goes on too.',
    ALL: 'All goes on: it is over.',
  }),
  releaseStage: enumOf<ReleaseStage>(builder, 'ReleaseStage', 'To what a kill switch can be released.', {
    OBSERVE: 'What only reads goes on.',
    LOW_RISK: 'What is of low risk goes on too.',
    ALL: 'All goes on: it is over.',
  }),
});
