# Who approves, for how long the ask stands, and how long an approval can be taken back.
package countersign.quorum

import data.countersign.plan

settings := data.settings.approval

# The most specific word wins, field by field: risk in the environment, the environment, the default.
terms := object.union_n([
	whole(settings["default"]),
	whole(settings.environments[input.environment]["default"]),
	whole(object.get(settings.environments[input.environment].risks, input.risk, {})),
])

# Whoever names stages says with them how many people they are; whoever names a number alone asks anybody.
whole(block) := object.union(block, {"required": sum([need.required |
	some stage in block.stages
	some need in stage.needs
])}) if {
	count(block.stages) > 0
} else := object.union({"stages": []}, block) if {
	block.required
} else := block

require contains {"rule": "quorum.several_people", "message": message, "facts": facts} if {
	terms.required > 1
	count(plan.changes) > 0
	message := sprintf(
		"A %s-risk change of %s needs %d approvals.",
		[lower(input.risk), plan.environment_name, terms.required],
	)
	facts := {"risk": input.risk, "environment": input.environment, "required": terms.required}
}

require contains {"rule": "quorum.groups", "message": message, "facts": {"groups": sort(groups)}} if {
	groups := {need.group |
		some stage in terms.stages
		some need in stage.needs
		is_string(need.group)
	}
	count(groups) > 0
	count(plan.changes) > 0
	message := sprintf(
		"A %s-risk change of %s needs the approval of %s.",
		[lower(input.risk), plan.environment_name, concat(" and ", sort(groups))],
	)
}
