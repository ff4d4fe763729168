# Content from outside may have been written for whoever acts on it: a person looks before anything changes.
package countersign.provenance

import data.countersign.plan

outside := {source.kind | some source in object.get(input, "sources", []); source.trust == "OUTSIDE"}

require contains {"rule": "provenance.outside_content", "message": message, "facts": {"kinds": sort(outside)}} if {
	count(outside) > 0
	count(plan.changes) > 0
	message := sprintf("The plan changes %s and rests on content from outside: %s.", [
		plan.environment_name,
		concat(", ", sort([lower(kind) | some kind in outside])),
	])
}
