import { z } from 'zod';
import type { ModelSettings } from '../infra/models/language-model.ts';
import { hasOnly, urlSchema } from '../infra/url-schema.ts';

const model = z
  .strictObject({
    provider: z.enum(['anthropic', 'openai-compatible']),
    model: z.string().min(1).max(200),
    /** Of what is compatible: `http://localhost:11434/v1`. */
    baseUrl: urlSchema('http:', 'https:')
      .refine((text) => hasOnly(text, 'path'), 'must have no query, no fragment and no user')
      .optional(),
    /** Name of the secret that is its key. */
    secret: z.string().min(1).optional(),
    maxOutputTokens: z.int().min(256).max(64_000).default(8_000),
    dollarsPerMillionTokens: z
      .strictObject({ input: z.number().min(0), output: z.number().min(0) })
      .optional(),
  })
  .refine(({ provider, baseUrl }) => provider === 'anthropic' || baseUrl !== undefined, 'needs a baseUrl');

/** The part of `config.json` that says which language models plan goals. */
export const modelSettings = {
  models: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), model).default({}),
  agents: z
    .strictObject({
      /** Names of models, the first that answers plans; of an agent by its name, or of all by `*`. */
      planners: z.record(z.string(), z.array(z.string()).min(1).max(5)).default({}),
      tokensPerDay: z.int().min(1_000).default(1_000_000),
      keepPromptsDays: z.int().min(0).max(3_650).default(30),
    })
    .prefault({}),
};

interface FileSettings {
  readonly models: z.output<typeof modelSettings.models>;
  readonly agents: z.output<typeof modelSettings.agents>;
}

/** Who plans goals. Without any model, the scripted planner does. */
export interface AgentSettings {
  readonly models: Readonly<Record<string, ModelSettings>>;
  readonly planners: Readonly<Record<string, readonly string[]>>;
  readonly tokensPerDay: number;
  readonly keepPromptsDays: number;
}

export const secretsOfModels = ({ models }: Pick<FileSettings, 'models'>): string[] =>
  Object.values(models).flatMap(({ secret }) => secret ?? []);

const anthropicByKey = 'anthropic';
const usualModel = 'claude-sonnet-4-20250514';

/** With the model that the environment's key alone brings: ANTHROPIC_API_KEY and LLM_MODEL. */
export const agentSettingsOf = (
  { models, agents }: FileSettings,
  { apiKey, model: named }: { readonly apiKey: string | undefined; readonly model: string | undefined },
  secrets: Readonly<Record<string, { readonly value: string }>>,
): AgentSettings => {
  const configured = Object.fromEntries(
    Object.entries(models).map(([name, { secret, baseUrl, dollarsPerMillionTokens, ...rest }]) => [
      name,
      {
        ...rest,
        baseUrl: baseUrl ?? null,
        apiKey: secret === undefined ? null : (secrets[secret]?.value ?? null),
        price: dollarsPerMillionTokens ?? null,
      },
    ]),
  );
  const byKey: AgentSettings['models'] =
    apiKey === undefined
      ? {}
      : {
          [anthropicByKey]: {
            provider: 'anthropic',
            model: named ?? usualModel,
            baseUrl: null,
            apiKey,
            maxOutputTokens: 8_000,
            price: null,
          },
        };
  return { ...agents, models: { ...byKey, ...configured } };
};

/** Planners that name a model which there is not. */
export const plannerFaults = ({ models, planners }: AgentSettings) =>
  Object.entries(planners).flatMap(([agent, names]) =>
    names.flatMap((name, index) =>
      Object.hasOwn(models, name)
        ? []
        : [
            {
              path: ['agents', 'planners', agent, index],
              message: `names the model "${name}", which is not in models`,
            },
          ],
    ),
  );
