import { Registry } from 'prom-client';

/** What can be left out of `/metrics`, each by its own switch. */
export const metricGroups = [
  'work',
  'agents',
  'queue',
  'platforms',
  'intents',
  'http',
  'process',
  'olderNames',
] as const;

export type MetricGroup = (typeof metricGroups)[number];

/** Metrics of a group that is switched off are counted all the same, and nobody reads them. */
export const createGroups = (
  registry: Registry,
  isOn: Readonly<Partial<Record<MetricGroup, boolean>>>,
): ((group: MetricGroup) => Registry) => {
  const unread = new Registry();
  return (group) => (isOn[group] === false ? unread : registry);
};
