# The one document that the server asks for. Where settings or input are incomplete it stays undefined,
# which is no verdict: the server refuses a submission, and holds a step back, until there is one. The task's
# mode is not looked at: a dry run is told what applying would need.
package countersign

import data.countersign.change_freeze
import data.countersign.environment
import data.countersign.hard_approval
import data.countersign.params
import data.countersign.production_safety
import data.countersign.quorum

decision := {
	"deny": ordered(((environment.deny | params.deny) | production_safety.deny)),
	"hard": ordered(hard_approval.hard),
	"require": ordered(((environment.require | production_safety.require) | quorum.require)),
	"hold": held,
	"autonomyLevel": environment.expectations.autonomyLevel,
	"approval": quorum.terms,
} if {
	settings_are_complete
	input_is_complete
	change_freeze.is_readable
}

# A rule that meets a missing field is silent, so what the rules rely on is checked before they speak.
settings_are_complete if {
	is_array(data.settings.hardApproval.actionTypes)
	is_object(data.settings.hardApproval.givenParams)
	is_array(environment.expectations.forbiddenActionTypes)
	is_boolean(environment.expectations.isJustificationExpected)
	is_string(data.settings.production.canaryPhaseName)
	is_number(data.settings.production.maxBatchPercent)
	is_number(quorum.terms.required)
}

input_is_complete if {
	is_string(input.risk)
	is_boolean(input.hasJustification)
	is_number(input.counts.targets.DEPLOY)
	every phase in input.phases {
		is_number(phase.ordinal)
		is_number(phase.targets.DEPLOY)
	}
	every step in input.steps {
		is_string(step.name)
		is_string(step.actionType)
		is_string(step.network)
		is_boolean(step.reversible)
		step.category in {"READ", "WRITE", "DEPLOY", "ROLLBACK"}
	}
}

ordered(reasons) := [{"rule": pair[0], "message": pair[1]} |
	some pair in sort([[reason.rule, reason.message] | some reason in reasons])
]

held := [{"rule": part[0], "message": part[1], "until": part[2]} |
	some part in sort([[found.rule, found.message, found.until] | some found in change_freeze.hold])
]
