import { decisionLayers, type DecisionLayer, type TraceVerdict } from '@countersign/shared';
import type { DecisionReason } from './decision-facts.ts';
import { isStopHold } from './decision-layers.ts';
import type { Hold } from './hold.ts';
import type { JsonObject } from './json.ts';

/** What one rule, or a whole layer that had nothing to say, made of a plan. */
export interface TraceEntry {
  readonly layer: DecisionLayer;
  /** Null where the layer as a whole is silent. */
  readonly rule: string | null;
  readonly verdict: TraceVerdict;
  /** One sentence, written by the rule. */
  readonly message: string;
  /** What it looked at. */
  readonly facts: JsonObject;
  /** The standing grant that answers what it asks; null where none does. */
  readonly answeredBy: string | null;
}

const silence: Readonly<Record<DecisionLayer, string>> = {
  STOP: 'No stop is engaged.',
  DENY: 'No rule denies it.',
  HARD: 'Nothing in it always needs a person.',
  RULE: 'No other rule asks for a person.',
  GRANT: 'No standing grant covers it.',
  AUTONOMY: 'The level of autonomy was not looked at.',
  SCORE: 'No quality score takes part.',
  REQUESTER: 'The requester asks for no approval.',
};

/** The whole way of a decision, layer by layer in order of precedence: who spoke, and who had nothing to say. */
export const traceOf = (
  reasons: readonly DecisionReason[],
  holds: readonly Hold[],
  whyNoGrant?: string,
): readonly TraceEntry[] =>
  decisionLayers.flatMap((layer) => {
    const entries = [
      ...reasons.filter((reason) => reason.layer === layer).map(spokenEntry),
      ...holds.filter((hold) => layerOf(hold) === layer).map((hold) => holdEntry(layer, hold)),
    ];
    return entries.length > 0 ? entries : [silentEntry(layer, whyNoGrant)];
  });

const spokenEntry = ({ layer, rule, outcome, message, facts, answeredBy }: DecisionReason): TraceEntry => ({
  layer,
  rule,
  verdict: outcome,
  message,
  facts: facts ?? {},
  answeredBy: answeredBy ?? null,
});

const layerOf = (hold: Hold): DecisionLayer => (isStopHold(hold) ? 'STOP' : 'RULE');

const holdEntry = (layer: DecisionLayer, { rule, reason, until }: Hold): TraceEntry => ({
  layer,
  rule,
  verdict: 'HOLD',
  message: reason,
  facts: until === null ? {} : { until },
  answeredBy: null,
});

const silentEntry = (layer: DecisionLayer, whyNoGrant?: string): TraceEntry => ({
  layer,
  rule: null,
  verdict: 'SILENT',
  message: (layer === 'GRANT' ? whyNoGrant : undefined) ?? silence[layer],
  facts: {},
  answeredBy: null,
});
