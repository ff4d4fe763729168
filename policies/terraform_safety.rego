# How far one change of infrastructure may go, by what Terraform itself foresees: the plan is bound to those numbers.
package countersign.terraform_safety

import data.countersign.plan

settings := object.union(shipped, object.get(data.settings, "terraform", {}))

shipped := {"maxDestroyed": {}, "maxChanged": {}}

applies contains {"step": step.name, "destroyed": foreseen.destroyed, "all": all} if {
	some step in input.steps
	step.actionType == "terraform.apply"
	foreseen := step.precondition
	all := (foreseen.added + foreseen.changed) + foreseen.destroyed
}

deny contains {"rule": "terraform_safety.destroys_too_much", "message": message, "facts": facts} if {
	some apply in applies
	most := settings.maxDestroyed[input.environment]
	apply.destroyed > most
	message := sprintf(
		"Step %s destroys %d resources of %s; at most %d may go at once.",
		[apply.step, apply.destroyed, plan.environment_name, most],
	)
	facts := {"step": apply.step, "destroyed": apply.destroyed, "maxDestroyed": most}
}

deny contains {"rule": "terraform_safety.changes_too_much", "message": message, "facts": facts} if {
	some apply in applies
	most := settings.maxChanged[input.environment]
	apply.all > most
	message := sprintf(
		"Step %s touches %d resources of %s; at most %d may change at once.",
		[apply.step, apply.all, plan.environment_name, most],
	)
	facts := {"step": apply.step, "changed": apply.all, "maxChanged": most}
}

# What nobody has counted is not known to be small.
deny contains {"rule": "terraform_safety.not_counted", "message": message, "facts": {"step": step.name}} if {
	some step in input.steps
	step.actionType == "terraform.apply"
	not is_counted(step)
	message := sprintf("Step %s does not say what it would change.", [step.name])
}

require contains {"rule": "terraform_safety.destroys", "message": message, "facts": facts} if {
	some apply in applies
	apply.destroyed > 0
	message := sprintf("Step %s destroys %d resources.", [apply.step, apply.destroyed])
	facts := {"step": apply.step, "destroyed": apply.destroyed}
}

is_counted(step) if {
	is_number(step.precondition.added)
	is_number(step.precondition.changed)
	is_number(step.precondition.destroyed)
}
