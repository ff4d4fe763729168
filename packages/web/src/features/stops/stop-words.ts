import type { StopSwitch } from './stops-data.ts';

const scopeWords: Readonly<Record<StopSwitch['scope']['kind'], string>> = {
  GLOBAL: 'Everything',
  TENANT: 'Everything of this tenant',
  ENVIRONMENT: 'Environment',
  PLATFORM: 'Platform',
  AGENT: 'Agent',
  ACTION_TYPE: 'Action type',
};

export const scopeKindWord = (kind: StopSwitch['scope']['kind']): string => scopeWords[kind];

/** `Platform git` */
export const scopeWord = ({ kind, name }: StopSwitch['scope']): string =>
  name === null ? scopeWords[kind] : `${scopeWords[kind]} ${name}`;

export const stageWords: Readonly<Record<StopSwitch['stage'], string>> = {
  STOPPED: 'Stopped',
  OBSERVE: 'What only reads goes on',
  LOW_RISK: 'What is of low risk goes on',
  ALL: 'Released',
};

/** `11 of 12 confirmed` */
export const confirmations = ({ workers }: StopSwitch): string =>
  workers.length === 0
    ? 'no worker has answered yet'
    : `${workers.filter(({ quietAt }) => quietAt !== null).length} of ${workers.length} confirmed`;
