# How many people approve, for how long the ask stands, and how long an approval can be taken back.
package countersign.quorum

import data.countersign.plan

settings := data.settings.approval

# The most specific word wins, field by field: risk in the environment, the environment, the default.
terms := object.union_n([
	settings["default"],
	settings.environments[input.environment]["default"],
	object.get(settings.environments[input.environment].risks, input.risk, {}),
])

require contains {"rule": "quorum.several_people", "message": message} if {
	terms.required > 1
	count(plan.changes) > 0
	message := sprintf(
		"A %s-risk change of %s needs %d approvals.",
		[lower(input.risk), plan.environment_name, terms.required],
	)
}
