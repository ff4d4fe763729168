package countersign.catalogue_test

import data.countersign
import data.countersign.catalogue

kinds := {"DENY": "deny", "HARD": "hard", "ASK": "require", "HOLD": "hold"}

spoken(example, kind) := {finding.rule |
	some finding in countersign.decision[kinds[kind]] with input as example.input
		with data.settings as object.union(data.settings, example.settings)
}

test_every_rule_speaks_about_its_example if {
	every rule in catalogue.rules {
		rule.rule in spoken(rule.example, rule.kind)
	}
}

test_every_rule_is_described_once if {
	count({rule.rule | some rule in catalogue.rules}) == count(catalogue.rules)
}
