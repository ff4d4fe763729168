import { taskStatuses } from '@countersign/shared';
import type { Registry } from 'prom-client';
import { orchestratorTaskWord } from '../../domain/legacy-statuses.ts';

type Labels = Readonly<Partial<Record<string, string | number>>>;

interface OlderName {
  readonly name: string;
  /** The metric of ours that it tells. */
  readonly of: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Null leaves a series out; series whose labels become the same are added up. */
  readonly labelsOf?: (labels: Labels, porchMode: string) => Labels | null;
}

const none = (): Labels => ({});
const inOlderWords = ({ status }: Labels): Labels => {
  const word = taskStatuses.find((known) => known === status);
  return { status: word ? orchestratorTaskWord[word] : String(status) };
};
const ofPorch = ({ platform, ...labels }: Labels): Labels | null => (platform === 'porch' ? labels : null);

/** Names of the documents whose place this takes, told from our own figures: nothing is counted twice. */
export const olderNames: readonly OlderName[] = [
  {
    name: 'conductor_files_processed_total',
    of: 'countersign_intents_total',
    type: 'counter',
    help: 'Intent files that are done with.',
  },
  {
    name: 'conductor_files_processing_duration_seconds',
    of: 'countersign_intent_duration_seconds',
    type: 'histogram',
    help: 'From the moment an intent file is taken to the end of its task.',
  },
  {
    name: 'conductor_queue_size',
    of: 'countersign_queue_depth',
    type: 'gauge',
    help: 'Steps that wait for a slot, in all lanes.',
    labelsOf: none,
  },
  {
    name: 'conductor_active_workers',
    of: 'countersign_queue_active',
    type: 'gauge',
    help: 'Steps that run, in all lanes.',
    labelsOf: none,
  },
  {
    name: 'conductor_max_workers',
    of: 'countersign_queue_slots',
    type: 'gauge',
    help: 'Steps that can run at the same time, in all lanes.',
    labelsOf: none,
  },
  {
    name: 'conductor_state_entries_total',
    of: 'countersign_events_total',
    type: 'counter',
    help: 'Events appended to the log by this process.',
    labelsOf: none,
  },
  {
    name: 'conductor_state_operations_total',
    of: 'countersign_events_total',
    type: 'counter',
    help: 'Events appended to the log by this process, as saves of the state.',
    labelsOf: () => ({ operation: 'save' }),
  },
  {
    name: 'conductor_state_file_size_bytes',
    of: 'countersign_database_size_bytes',
    type: 'gauge',
    help: 'Size of the database.',
  },
  {
    name: 'conductor_porch_execution_duration_seconds',
    of: 'countersign_step_duration_seconds',
    type: 'histogram',
    help: 'How long steps of porch took that succeeded.',
    labelsOf: ofPorch,
  },
  {
    name: 'conductor_porch_timeout_total',
    of: 'countersign_errors_total',
    type: 'counter',
    help: 'Attempts of porch whose time was over.',
    labelsOf: ({ platform, code }) => (platform === 'porch' && code === 'EXECUTION_TIMEOUT' ? {} : null),
  },
  {
    name: 'conductor_porch_executions_total',
    of: 'countersign_steps_total',
    type: 'counter',
    help: 'Attempts of porch that ended.',
    labelsOf: ({ platform, outcome }, porchMode) =>
      platform === 'porch' && outcome !== 'HELD' && outcome !== 'NOOP' ? { mode: porchMode } : null,
  },
  {
    name: 'conductor_file_operations_total',
    of: 'countersign_intent_file_operations_total',
    type: 'counter',
    help: 'Intent files that were moved, and old files that were removed.',
  },
  {
    name: 'conductor_directory_files',
    of: 'countersign_intent_files',
    type: 'gauge',
    help: 'Intent files that lie in a folder.',
  },
  {
    name: 'conductor_errors_total',
    of: 'countersign_intent_errors_total',
    type: 'counter',
    help: 'What went wrong with intent files, by code.',
  },
  {
    name: 'orchestrator_tasks_total',
    of: 'countersign_tasks_total',
    type: 'counter',
    help: 'Tasks that entered a status.',
    labelsOf: inOlderWords,
  },
  {
    name: 'orchestrator_executions_total',
    of: 'countersign_runs_total',
    type: 'counter',
    help: 'Runs that entered a status.',
    labelsOf: inOlderWords,
  },
  {
    name: 'orchestrator_agent_latency_seconds',
    of: 'countersign_planning_duration_seconds',
    type: 'histogram',
    help: 'How long agents plan a goal.',
  },
  {
    name: 'orchestrator_tool_calls_total',
    of: 'countersign_tool_calls_total',
    type: 'counter',
    help: 'Calls of tools.',
  },
];

/** Those in Prometheus' text format, each that ours is there for. */
export const renderOlderNames = async (
  registry: Registry,
  { labels: installation, porchMode }: { readonly labels: Labels; readonly porchMode: string },
): Promise<string> => {
  const parts = await Promise.all(
    olderNames.map(async ({ name, of, type, help, labelsOf = (labels) => labels }) => {
      const metric = registry.getSingleMetric(of);
      if (!metric) return '';
      const series = new Map<string, number>();
      for (const value of (await metric.get()).values) {
        const labels = labelsOf(value.labels, porchMode);
        if (labels === null) continue;
        const line = `${nameOf(value, of, name)}${labelText({ ...installation, ...labels })}`;
        series.set(line, (series.get(line) ?? 0) + value.value);
      }
      const lines = [...series].map(([line, value]) => `${line} ${value}\n`);
      return `\n# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
    }),
  );
  return parts.join('');
};

/** A histogram's values say themselves what they are called. */
const nameOf = (value: object, of: string, name: string): string =>
  'metricName' in value && typeof value.metricName === 'string' ? value.metricName.replace(of, name) : name;

const labelText = (labels: Labels): string => {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escaped(String(value))}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
};

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
