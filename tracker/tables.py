"""Every table of the product, gathered so that migrations and relationships know them all."""

import tracker.accounts.models
import tracker.audit.models
import tracker.delivery.models
import tracker.kernel.calendar
import tracker.kernel.files
import tracker.kernel.installation
import tracker.kernel.jobs
import tracker.kernel.leases
import tracker.letters.models
import tracker.organisation.models
import tracker.outbox.models
import tracker.oversight.models
import tracker.plans.models
import tracker.reminders.models
import tracker.tasks.models
import tracker.upkeep.models  # noqa: F401 - imported for the tables alone
