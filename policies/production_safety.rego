# How production is changed: a canary first, small batches, and a person where there is no way back.
package countersign.production_safety

import data.countersign.plan

limits := data.settings.production

in_production if input.environment == "PRODUCTION"

rollout_phases := [phase | some phase in input.phases; phase.targets.DEPLOY > 0]

rollout_size := input.counts.targets.DEPLOY

deny contains {"rule": "production_safety.canary_first", "message": message, "facts": facts} if {
	in_production
	rollout_size > 1
	not rollout_phases[0].name == limits.canaryPhaseName
	message := sprintf(
		"A production rollout to %d targets must start with a phase named %s.",
		[rollout_size, limits.canaryPhaseName],
	)
	facts := {"targets": rollout_size, "canaryPhaseName": limits.canaryPhaseName}
}

# A batch of one target cannot be made smaller, so it is never too large.
deny contains {"rule": "production_safety.batch_limit", "message": message, "facts": facts} if {
	in_production
	some phase in rollout_phases
	phase.targets.DEPLOY > 1
	phase.targets.DEPLOY * 100 > rollout_size * limits.maxBatchPercent
	message := sprintf(
		"%s deploys to %d of %d targets at once; a production batch may hold at most %d %%.",
		[phase_label(phase), phase.targets.DEPLOY, rollout_size, limits.maxBatchPercent],
	)
	facts := {"phase": phase.ordinal, "targets": phase.targets.DEPLOY, "of": rollout_size, "maxBatchPercent": limits.maxBatchPercent}
}

require contains {"rule": "production_safety.irreversible_change", "message": message, "facts": facts} if {
	in_production
	irreversible := [step | some step in plan.changes; not step.reversible]
	some action_type in {step.actionType | some step in irreversible}
	message := sprintf(
		"%s cannot be undone in production (%s).",
		[action_type, plan.named([step | some step in irreversible; step.actionType == action_type])],
	)
	facts := {"actionType": action_type, "steps": count(irreversible)}
}

require contains {"rule": "production_safety.internet_change", "message": message, "facts": facts} if {
	in_production
	outward := [step | some step in plan.changes; step.network == "INTERNET"]
	some action_type in {step.actionType | some step in outward}
	message := sprintf(
		"%s changes production and reaches the internet (%s).",
		[action_type, plan.named([step | some step in outward; step.actionType == action_type])],
	)
	facts := {"actionType": action_type, "steps": count(outward)}
}

is_watched(phase) if phase.gates > 0

# A rollout that nothing looks at goes on whatever it does.
require contains {"rule": "production_safety.rollback_criteria", "message": message, "facts": facts} if {
	in_production
	rollout_size > 1
	unwatched := [phase | some phase in rollout_phases; not is_watched(phase)]
	count(unwatched) > 0
	message := sprintf(
		"%d of %d phases of this production rollout have no gate: nothing says when to turn back.",
		[count(unwatched), count(rollout_phases)],
	)
	facts := {"phases": count(rollout_phases), "withoutGate": count(unwatched)}
}

phase_label(phase) := sprintf("Phase %d", [phase.ordinal]) if phase.name == null

phase_label(phase) := sprintf("Phase %d (%s)", [phase.ordinal, phase.name]) if phase.name != null
