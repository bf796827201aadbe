"""What conflicts say: why something does not fit how the record stands, in English and Chinese, one sentence for each.

Lives here: a function for each conflict, from the records concerned to `Words`. May enter: ids, revisions, statuses.
Never here: when something is a conflict, and what helps on a command line (the rooms that raise it).
"""

from kg.conflicts.meanwhile import changed_by as changed_by
from kg.conflicts.meanwhile import changed_since as changed_since
from kg.conflicts.meanwhile import moved_on as moved_on
from kg.conflicts.meanwhile import not_there_yet as not_there_yet
from kg.conflicts.meanwhile import not_yet_written as not_yet_written
from kg.conflicts.meanwhile import submitted as submitted
from kg.conflicts.proposing import incomplete as incomplete
from kg.conflicts.proposing import item_now as item_now
from kg.conflicts.proposing import not_resumed as not_resumed
from kg.conflicts.proposing import other_dataset as other_dataset
from kg.conflicts.proposing import other_entity as other_entity
from kg.conflicts.proposing import other_steps as other_steps
from kg.conflicts.proposing import other_type as other_type
from kg.conflicts.proposing import says_already as says_already
from kg.conflicts.proposing import very_item as very_item
from kg.conflicts.standing import both as both
from kg.conflicts.standing import needs as needs
from kg.conflicts.standing import one_line as one_line
from kg.conflicts.standing import one_line_undone as one_line_undone
from kg.conflicts.standing import place_taken as place_taken
from kg.conflicts.standing import stands as stands
from kg.conflicts.standing import stands_alone as stands_alone
from kg.conflicts.undoing import follows as follows
from kg.conflicts.undoing import later as later
from kg.conflicts.undoing import merged_again as merged_again
from kg.conflicts.undoing import nothing_left as nothing_left
from kg.conflicts.works import away as away
from kg.conflicts.works import from_taken_back as from_taken_back
from kg.conflicts.works import merged_into_none as merged_into_none
from kg.conflicts.works import none_stands as none_stands
from kg.conflicts.works import of_another as of_another
from kg.conflicts.works import of_known as of_known
from kg.conflicts.works import taken_back as taken_back
