import { scriptedPlanner } from '../../../domain/specialist.ts';
import type { Planner } from '../planner-port.ts';
import { drift, image, patch, restartServer } from './fleet-recipes.ts';
import { question, type Recipe } from './recipe.ts';
import { card, message, page, restart, scale } from './recipes.ts';

const recipes: readonly Recipe[] = [
  { example: 'Create a card "name" on list ID', plan: card },
  { example: 'Create a page "title"', plan: page },
  { example: 'Post "text"', plan: message },
  { example: 'Scale cluster/namespace/name to 3', plan: scale },
  { example: 'Restart server-7', plan: restartServer },
  { example: 'Restart cluster/namespace/name', plan: restart },
  { example: 'Fix drift on production web servers', plan: drift },
  { example: 'Patch openssl to 3.2.2 on production web servers', plan: patch },
  { example: 'Roll out image web-golden 2026.12 to production web servers', plan: image },
];
const known = recipes.map(({ example }) => example).join('; ');

/**
 * Plans goals of a few known forms from what the tools say, always the same way, and asks about any other. It is there
 * where no model is configured, and says of itself that it is scripted wherever it shows.
 */
export const createScriptedPlanner = (): Planner => ({
  name: scriptedPlanner,
  async plan(session) {
    for (const { plan } of recipes) {
      const draft = await plan(session);
      session.signal.throwIfAborted();
      if (draft) return draft.ok ? session.handIn(draft.value) : draft;
    }
    return question(
      `The scripted planner, which plans where no model is configured, knows no plan for this. Say which actions to take, or have an administrator configure a model. It knows: ${known}.`,
    );
  },
});
