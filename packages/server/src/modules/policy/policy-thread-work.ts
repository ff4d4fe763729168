import type { DecisionOutcome } from '@countersign/shared';
import {
  decide,
  type Decision,
  type DecisionContext,
  type PolicyAnswer,
  type PolicyVerdict,
} from '../../domain/decision.ts';
import type { Hold } from '../../domain/hold.ts';
import { stepUpOf } from '../../domain/step-up.ts';
import { compareDecisions, type Comparison, type Said } from '../../domain/policy-flips.ts';
import { contextOf } from './decision-context.ts';
import { factsOf } from './decision-facts-of.ts';
import { createOpenRules, type KeptRules } from './kept-rules.ts';
import {
  catalogueEntrypoint,
  catalogueSchema,
  type DescribedRule,
  type PolicyRule,
  type RuleKind,
} from './policy-catalogue.ts';
import { entrypoint } from './policy-engine-bundle.ts';
import { faultLines } from './policy-engine-settings.ts';
import { fault } from './policy-engine-verdict.ts';
import { evaluatorOf, type OpenRules } from './policy-engine-wasm.ts';
import type { PolicyInput } from './policy-input.ts';

/** A recorded decision as it is handed to a thread: what is long stays text until it is there. */
export interface ComparedDecision {
  readonly taskId: string;
  readonly revision: number;
  readonly bundleHash: string;
  readonly outcome: DecisionOutcome;
  /** JSON. */
  readonly reasons: string;
  readonly holds: string;
  readonly input: string;
  readonly context: string;
}

/** What is wrong with rules, or is right. */
export interface CheckEntry {
  readonly check: 'DOCUMENTS' | 'RULES' | 'EXAMPLES' | 'SHAPES';
  readonly isPassed: boolean;
  /** Of a fault, the rule or the task that it is about. */
  readonly subject: string | null;
  readonly message: string;
}

export interface CheckReport {
  readonly isPassed: boolean;
  readonly entries: readonly CheckEntry[];
  readonly rules: readonly PolicyRule[];
}

export type ThreadJob =
  | { readonly kind: 'ASK'; readonly rules: KeptRules; readonly inputs: readonly string[] }
  | { readonly kind: 'DESCRIBE'; readonly rules: KeptRules }
  | { readonly kind: 'CHECK'; readonly rules: KeptRules; readonly inputs: readonly StoredInput[] }
  | {
      readonly kind: 'COMPARE';
      /** Rules in force; a decision of theirs is taken as it was recorded. */
      readonly before: KeptRules;
      readonly after: KeptRules;
      readonly decisions: readonly ComparedDecision[];
    };

export interface StoredInput {
  readonly taskId: string;
  readonly input: string;
}

export type ThreadAnswer =
  | { readonly kind: 'ASK'; readonly answers: readonly PolicyAnswer[] }
  | { readonly kind: 'DESCRIBE'; readonly rules: readonly PolicyRule[] }
  | { readonly kind: 'CHECK'; readonly report: CheckReport }
  | { readonly kind: 'COMPARE'; readonly comparisons: readonly Comparison[] };

/** What threads do with rules; of one thread, so that rules stay open between jobs. */
export const createThreadWork = (): ((job: ThreadJob) => Promise<ThreadAnswer>) => {
  const open = createOpenRules();
  return async (job) => {
    switch (job.kind) {
      case 'ASK': {
        const rules = await open(job.rules);
        const answers: PolicyAnswer[] = [];
        for (const input of job.inputs) answers.push(await answerOf(rules, input));
        return { kind: 'ASK', answers };
      }
      case 'DESCRIBE': {
        const catalogue = await readCatalogue(await open(job.rules));
        return { kind: 'DESCRIBE', rules: Array.isArray(catalogue) ? catalogue.map(ruleOf) : [] };
      }
      case 'CHECK':
        return { kind: 'CHECK', report: await checkRules(() => open(job.rules), job) };
      case 'COMPARE': {
        const [before, after] = [await open(job.before), await open(job.after)];
        const comparisons: Comparison[] = [];
        for (const each of job.decisions)
          comparisons.push(await compare(each, job.before.bundleHash, before, after));
        return { kind: 'COMPARE', comparisons };
      }
    }
  };
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const answerOf = async (rules: OpenRules, input: string): Promise<PolicyAnswer> => {
  try {
    return await evaluatorOf(rules)(input);
  } catch (error) {
    return fault(`The policy engine failed: ${reasonOf(error)}`);
  }
};

const compare = async (
  { taskId, revision, bundleHash, outcome, ...texts }: ComparedDecision,
  inForce: string,
  before: OpenRules,
  after: OpenRules,
): Promise<Comparison> => {
  const input = JSON.parse(texts.input) as PolicyInput;
  const context = contextOf(JSON.parse(texts.context) as Partial<DecisionContext>);
  const by = (answer: PolicyAnswer): Said => {
    const { approval, ...decision } = decide({ ...context, ...factsOf(input, answer) });
    return {
      ...decision,
      asked: approval ? { ...approval, stepUp: stepUpOf(approval.stepUp, input.risk) } : null,
    };
  };
  const answer = await answerOf(after, texts.input);
  const now = by(answer);
  const isRecorded = bundleHash === inForce;
  // Whose word it asked for is not recorded with a decision.
  const made = isRecorded && now.asked === null ? null : by(await answerOf(before, texts.input));
  const recorded = (): Said => ({
    outcome,
    reasons: JSON.parse(texts.reasons) as Decision['reasons'],
    holds: JSON.parse(texts.holds) as readonly Hold[],
    asked: outcome === 'REQUIRE_APPROVAL' ? (made?.asked ?? null) : null,
  });
  const faulted = answer.kind === 'fault' ? answer.message : null;
  return compareDecisions({ taskId, revision }, isRecorded || !made ? recorded() : made, now, faulted);
};

const ruleOf = ({ rule, kind, description }: DescribedRule): PolicyRule => ({ rule, kind, description });

/** The rules as they describe themselves, or why they do not. */
const readCatalogue = async (rules: OpenRules): Promise<readonly DescribedRule[] | string> => {
  if (!rules.entrypoints.includes(catalogueEntrypoint))
    return `There is no document ${catalogueEntrypoint}: build with -e ${catalogueEntrypoint}.`;
  try {
    const parsed = catalogueSchema.safeParse(await rules.ask(catalogueEntrypoint, '{}'));
    return parsed.success ? parsed.data : `${catalogueEntrypoint}: ${faultLines(parsed.error).join('; ')}`;
  } catch (error) {
    return `${catalogueEntrypoint}: ${reasonOf(error)}`;
  }
};

/** Of a report, faults of a kind that are told one by one. */
const mostFaults = 50;

const checkRules = async (
  open: () => Promise<OpenRules>,
  { rules: { data }, inputs }: Extract<ThreadJob, { kind: 'CHECK' }>,
): Promise<CheckReport> => {
  const failed = (check: CheckEntry['check'], subject: string | null, message: string): CheckEntry => ({
    check,
    isPassed: false,
    subject,
    message,
  });
  const passed = (check: CheckEntry['check'], message: string): CheckEntry => ({
    check,
    isPassed: true,
    subject: null,
    message,
  });
  const end = (entries: readonly CheckEntry[], rules: readonly PolicyRule[]): CheckReport => ({
    isPassed: entries.every((entry) => entry.isPassed),
    entries,
    rules,
  });
  const rules = await open().catch(reasonOf);
  if (typeof rules === 'string') return end([failed('DOCUMENTS', null, `Not rules of OPA: ${rules}`)], []);
  if (!rules.entrypoints.includes(entrypoint))
    return end(
      [failed('DOCUMENTS', null, `There is no document ${entrypoint}: build with -e ${entrypoint}.`)],
      [],
    );
  const documents = passed('DOCUMENTS', `It has the document ${entrypoint}.`);
  const catalogue = await readCatalogue(rules);
  if (typeof catalogue === 'string') return end([documents, failed('RULES', null, catalogue)], []);
  const twice = catalogue.find(({ rule }, at) => catalogue.findIndex((each) => each.rule === rule) !== at);
  const described = twice
    ? failed('RULES', twice.rule, 'It is described twice.')
    : passed('RULES', `It describes ${catalogue.length} rules.`);
  const silent: CheckEntry[] = [];
  for (const each of catalogue) {
    const why = await whySilent(rules, each, data);
    if (why !== null) silent.push(failed('EXAMPLES', each.rule, why));
  }
  rules.setData(data);
  const unanswered: CheckEntry[] = [];
  for (const { taskId, input } of inputs) {
    const answer = await answerOf(rules, input);
    if (answer.kind === 'fault') unanswered.push(failed('SHAPES', taskId, answer.message));
  }
  const orPassed = (faults: readonly CheckEntry[], otherwise: CheckEntry): readonly CheckEntry[] =>
    faults.length > 0 ? faults.slice(0, mostFaults) : [otherwise];
  return end(
    [
      documents,
      described,
      ...orPassed(silent, passed('EXAMPLES', 'Every rule speaks about its example.')),
      ...orPassed(unanswered, passed('SHAPES', `It answers ${inputs.length} inputs that were recorded.`)),
    ],
    catalogue.map(ruleOf),
  );
};

/** Why a rule does not speak about its own example; null where it does. */
const whySilent = async (
  rules: OpenRules,
  { rule, kind, example }: DescribedRule,
  data: object,
): Promise<string | null> => {
  const { settings } = data as { settings?: object };
  rules.setData({ ...data, settings: laidOver(settings ?? {}, example.settings) });
  const answer = await answerOf(rules, JSON.stringify(example.input));
  if (answer.kind === 'fault') return `There is no verdict about its example: ${answer.message}`;
  return wordsOf(answer.verdict, kind).some((each) => each.rule === rule)
    ? null
    : `It does not ${kind} its own example.`;
};

const wordsOf = ({ deny, hard, require, hold = [] }: PolicyVerdict, kind: RuleKind) =>
  ({ DENY: deny, HARD: hard, ASK: require, HOLD: hold })[kind];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** As `object.union` of the rules' language lays one over another. */
const laidOver = (under: object, over: object): object => {
  const below = new Map<string, unknown>(Object.entries(under));
  for (const [key, value] of Object.entries(over)) {
    const there = below.get(key);
    below.set(key, isObject(there) && isObject(value) ? laidOver(there, value) : value);
  }
  return Object.fromEntries(below);
};
