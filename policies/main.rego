# The one document that the server asks for. Where settings or input are incomplete it stays undefined,
# which is no verdict: the server refuses a submission, and holds a step back, until there is one. The task's
# mode is not looked at: a dry run is told what applying would need.
package countersign

import data.countersign.change_freeze
import data.countersign.environment
import data.countersign.hard_approval
import data.countersign.image_safety
import data.countersign.params
import data.countersign.production_safety
import data.countersign.provenance
import data.countersign.quality
import data.countersign.quorum
import data.countersign.sop_safety
import data.countersign.terraform_safety

decision := {
	"deny": ordered(union({
		environment.deny,
		params.deny,
		production_safety.deny,
		image_safety.deny,
		sop_safety.deny,
		terraform_safety.deny,
	})),
	"hard": ordered(hard_approval.hard),
	"require": grantable(ordered(union({
		environment.require,
		production_safety.require,
		sop_safety.require,
		terraform_safety.require,
		quorum.require,
		provenance.require,
	}))),
	"hold": held,
	"autonomyLevel": environment.expectations.autonomyLevel,
	"approval": quorum.terms,
	"quality": quality.terms,
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

ordered(reasons) := [{"rule": part[0], "message": part[1], "facts": part[2]} |
	some part in sort([[reason.rule, reason.message, object.get(reason, "facts", {})] | some reason in reasons])
]

# What a standing grant may answer is data.
grantable(reasons) := [object.union(reason, {"isGrantable": reason.rule in grants.rules}) | some reason in reasons]

grants := object.get(data.settings, "grants", {"rules": []})

held := [{"rule": part[0], "message": part[1], "until": part[2]} |
	some part in sort([[found.rule, found.message, found.until] | some found in change_freeze.hold])
]
