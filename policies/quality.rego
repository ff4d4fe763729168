# What a quality score must come to in an environment: to run without a person, and to run at all.
package countersign.quality

terms := object.get(given, input.environment, shipped[input.environment])

given := object.get(data.settings, "quality", {})

shipped := {
	"DEVELOPMENT": {"unattended": 0, "least": 0},
	"STAGING": {"unattended": 60, "least": 40},
	"PRODUCTION": {"unattended": 80, "least": 60},
}
