# What the params of an action may be. The limits are data: a kind of action gets its own without a rule of its own.
package countersign.params

import data.countersign.plan

# One for each param that has limits: the step's action, the param's name, its value, its limits.
limited contains limit if {
	some step in input.steps
	some param, limits in data.settings.params[step.actionType]
	limit := {"action": step.actionType, "param": param, "value": step.params[param], "limits": limits}
}

deny contains {"rule": "params.forbidden_value", "message": message, "facts": facts} if {
	some limit in limited
	is_forbidden(limit.value, limit.limits)
	message := sprintf("%s may not be asked for with %s %s.", [limit.action, limit.param, json.marshal(limit.value)])
	facts := {"actionType": limit.action, "param": limit.param}
}

deny contains {"rule": "params.too_much", "message": message, "facts": facts} if {
	some limit in limited
	most := limit.limits.most[input.environment]
	not is_within(limit.value, most)
	message := sprintf(
		"%s may be asked for with at most %v %s in %s.",
		[limit.action, most, limit.param, plan.environment_name],
	)
	facts := {"actionType": limit.action, "param": limit.param, "most": most, "environment": input.environment}
}

# A param that has limits and is not there is not within them.
deny contains {"rule": "params.missing_value", "message": message, "facts": facts} if {
	some step in input.steps
	some param, _ in data.settings.params[step.actionType]
	not has_param(step, param)
	message := sprintf("%s must say its %s.", [step.actionType, param])
	facts := {"actionType": step.actionType, "param": param}
}

has_param(step, param) if _ := step.params[param]

is_forbidden(value, limits) if value in object.get(limits, "forbidden", [])

is_forbidden(value, limits) if {
	some prefix in object.get(limits, "forbiddenPrefixes", [])
	startswith(value, prefix)
}

is_within(value, most) if {
	is_number(value)
	value <= most
}
