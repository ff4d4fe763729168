import { z } from 'zod';
import { decisionOutcomes, environments, risks } from '../index.ts';
import { count, event, hash, id, moment, oneOf, said, text } from './fields.ts';

const policyVersion = {
  versionId: id('the version'),
  number: count('its number in the tenant, from 1'),
  bundleHash: hash('the hash of its rules and data'),
};
const flips = {
  flips: count('how many recorded decisions come out otherwise by it'),
  decisions: count('how many of them were looked at'),
};
const grant = { grantId: id('the grant'), reason: text('why') };

/** What decides: policy, how much runs without a person, and standing grants. */
export const policyEvents = {
  'policy.decided': event('Policy judged a revision.', {
    outcome: oneOf(decisionOutcomes, 'ALLOW, REQUIRE_APPROVAL or DENY'),
    rules: z.array(z.string()).readonly().describe('the rules that gave reasons'),
    planHash: hash('the plan that was judged'),
    bundleHash: hash('the policies that judged'),
    inputHash: hash('what they were given'),
    score: count('the quality score, 0 to 100; absent where nobody was scored').exactOptional(),
    grantId: id('the standing grant without which people would be asked').exactOptional(),
  }),
  'policy.drafted': event('Somebody brought rules or data that may decide once they are published.', {
    ...policyVersion,
    signedBy: said('the key that signed its rules'),
    isPassed: z.boolean().describe('whether its check found no fault'),
  }),
  'policy.discarded': event('A version of the policy is not to be published.', policyVersion),
  'policy.shadowed': event('A version is evaluated beside what decides, or not any more.', {
    ...policyVersion,
    isOn: z.boolean().describe('whether it is'),
  }),
  'policy.simulation_started': event('A version is run over recorded decisions.', {
    ...policyVersion,
    simulationId: id('the simulation'),
    decisions: count('how many decisions it looks at'),
  }),
  'policy.simulation_ended': event('A version was run over recorded decisions.', {
    versionId: id('the version'),
    simulationId: id('the simulation'),
    state: oneOf(['DONE', 'CANCELLED', 'FAILED'], 'DONE, CANCELLED or FAILED'),
    ...flips,
  }),
  'policy.publish_asked': event(
    'A person asked to publish a version that takes two people; a second one must say the same.',
    {
      ...policyVersion,
      reason: text('why'),
      ...flips,
      given: count('how many people said so'),
      required: count('how many must'),
      endsAt: moment('until when it counts').exactOptional(),
    },
  ),
  'policy.published': event('A version decides from now on.', {
    ...policyVersion,
    reason: text('why'),
    ...flips,
    previousBundleHash: hash('what decided before'),
  }),
  'policy.rolled_back': event('What decided before decides again.', {
    versionId: id('the version')
      .nullable()
      .describe('the version, or null for the files of the installation'),
    bundleHash: said('the hash of its rules and data'),
    previousBundleHash: hash('what decided before'),
    reason: text('why'),
  }),
  'autonomy.set': event('An administrator set how much runs without a person, over what policy says.', {
    environment: oneOf(environments, 'where'),
    agentId: id('whose it is').nullable().describe('whose it is, or null for everybody'),
    level: z.int().min(0).max(4).nullable().describe('0 to 4, or null where the word before was taken back'),
    reason: text('why'),
  }),
  'autonomy.raise_asked': event(
    'A person asked that more run in production without a person; a second one must say the same.',
    {
      environment: oneOf(environments, 'where'),
      agentId: id('whose it is').nullable().describe('whose it is, or null for everybody'),
      level: z
        .int()
        .min(0)
        .max(4)
        .nullable()
        .describe('0 to 4, or null where the word before is to be taken back'),
      reason: text('why'),
      given: count('how many people said so'),
      required: count('how many must'),
      endsAt: moment('until when it counts'),
    },
  ),
  'grant.created': event(
    'A person made a standing grant: changes of one kind run without being asked about.',
    {
      ...grant,
      actionType: text('the type of action that it covers'),
      agentId: id('whose changes it covers'),
      environment: oneOf(environments, 'where'),
      target: text('the pattern of the targets that it covers'),
      maxRisk: oneOf(risks, 'the most risk that it covers'),
      uses: count('how many changes it covers'),
      expiresAt: moment('until when it covers any'),
      required: count('how many people make it'),
    },
  ),
  'grant.approved': event('A second person approved a standing grant: it holds now.', {
    grantId: id('the grant'),
  }),
  'grant.used': event('A standing grant let a task through without asking people.', {
    grantId: id('the grant'),
    revision: count('the revision of the task'),
    planHash: hash('the hash of its plan'),
    takes: count('how many uses that took'),
    number: count('how many are taken with them'),
    uses: count('of how many'),
  }),
  'grant.suspended': event(
    'A standing grant lets nothing through any more, until a person resumes it: something that it let through went wrong.',
    grant,
  ),
  'grant.resume_asked': event(
    'A person asked to let a suspended grant hold again, and a second one has to.',
    grant,
  ),
  'grant.resumed': event('A person let a suspended grant hold again.', grant),
  'grant.revoked': event('A person ended a standing grant.', grant),
} as const;
