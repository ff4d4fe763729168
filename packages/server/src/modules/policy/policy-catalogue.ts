import { z } from 'zod';

/** Where the rules say what they are: a second document of the bundle, of the same for every input. */
export const catalogueEntrypoint = 'countersign/catalogue/rules';

export const ruleKinds = ['DENY', 'HARD', 'ASK', 'HOLD'] as const;
export type RuleKind = (typeof ruleKinds)[number];

const text = z.string().min(1).max(500);

/** One rule, and a plan that it must speak about. */
const describedRule = z.strictObject({
  rule: z.string().min(1).max(200),
  kind: z.enum(ruleKinds),
  /** A sentence for whoever sets the data. */
  description: text,
  example: z.strictObject({
    /** The input of a plan. */
    input: z.record(z.string(), z.json()),
    /** Laid over the settings of the data, for a rule that sleeps until they name something. */
    settings: z.record(z.string(), z.json()),
  }),
});
export type DescribedRule = z.infer<typeof describedRule>;

const mostRules = 500;
export const catalogueSchema = z.array(describedRule).max(mostRules);

/** What is told of a rule. */
export type PolicyRule = Pick<DescribedRule, 'rule' | 'kind' | 'description'>;
