# What an environment forbids and expects.
package countersign.environment

import data.countersign.plan

expectations := data.settings.environments[input.environment]

deny contains {"rule": "environment.forbidden_action", "message": message, "facts": facts} if {
	some action_type in {step.actionType | some step in input.steps}
	action_type in expectations.forbiddenActionTypes
	message := sprintf("%s is forbidden in %s.", [action_type, plan.environment_name])
	facts := {"actionType": action_type, "environment": input.environment}
}

require contains {"rule": "environment.justification_missing", "message": message, "facts": facts} if {
	expectations.isJustificationExpected
	not input.hasJustification
	count(plan.changes) > 0
	message := sprintf("The plan changes %s and gives no justification.", [plan.environment_name])
	facts := {"environment": input.environment, "changes": count(plan.changes)}
}

# Who changes something of these categories says why, or does not change it.
deny contains {"rule": "environment.justification_required", "message": message, "facts": facts} if {
	not input.hasJustification
	categories := {step.category | some step in plan.changes} & {name | some name in expectations.justificationRequiredFor}
	count(categories) > 0
	words := concat(" and ", sort([lower(name) | some name in categories]))
	message := sprintf("%s in %s needs a justification, and the plan gives none.", [words, plan.environment_name])
	facts := {"environment": input.environment, "categories": sort(categories)}
}
