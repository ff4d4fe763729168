# How a procedure of several actions is written: not too long, nothing too often, and what cannot be undone last.
package countersign.sop_safety

import data.countersign.plan

settings := object.union(shipped, object.get(data.settings, "procedures", {}))

shipped := {"maxChanges": {}, "budgets": {}}

deny contains {"rule": "sop_safety.too_many_changes", "message": message, "facts": facts} if {
	most := settings.maxChanges[input.environment]
	count(plan.changes) > most
	message := sprintf(
		"The plan makes %d changes; one procedure may make at most %d in %s.",
		[count(plan.changes), most, plan.environment_name],
	)
	facts := {"changes": count(plan.changes), "maxChanges": most, "environment": input.environment}
}

deny contains {"rule": "sop_safety.action_budget", "message": message, "facts": facts} if {
	some action_type, by_environment in settings.budgets
	most := by_environment[input.environment]
	uses := count([step | some step in plan.changes; step.actionType == action_type])
	uses > most
	message := sprintf(
		"The plan uses %s %d times; its budget in %s is %d.",
		[action_type, uses, plan.environment_name, most],
	)
	facts := {"actionType": action_type, "uses": uses, "budget": most, "environment": input.environment}
}

# What comes after it could fail, and there would be no way back.
require contains {"rule": "sop_safety.irreversible_before_others", "message": message, "facts": facts} if {
	input.environment == "PRODUCTION"
	early := [step | some step in plan.changes; not step.reversible; is_followed(step)]
	count(early) > 0
	message := sprintf(
		"Changes come after what cannot be undone (%s): where one of them fails, there is no way back.",
		[plan.named(early)],
	)
	facts := {"steps": count(early)}
}

is_followed(step) if {
	some later in plan.changes
	later.ordinal > step.ordinal
	later.reversible
}
