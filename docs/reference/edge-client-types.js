/**
 * The types of what `edge-client.js` brings; nothing of it runs. See docs/reference/local-bridge.md.
 *
 * @module edge-client-types
 */

/**
 * @typedef {"connecting" | "open" | "closed"} Status
 * `open` once the machine has said hello; `closed` before `connect` and after `close`.
 */

/**
 * @typedef {"state"|"link"|"session"|"item"|"sensors"|"queue"|"alarms"|"language"|"login"|"setup"|"model"|"self_test"|"site"} Kind
 */

/**
 * @typedef {Object} StateNow
 * @property {"state"} kind
 * @property {string[]} configuration the active leaves of the chart
 * @property {string} cause the event of the last step
 * @property {string[]} entered outermost first
 * @property {string[]} exited innermost first
 * @property {string[]} may what may be asked now
 */

/**
 * @typedef {Object} LinkNow
 * @property {"link"} kind
 * @property {"online"|"offline_guest"|"transitioning"} mode users can log in only while `online`
 */

/**
 * @typedef {Object} SessionNow
 * @property {"session"} kind
 * @property {string} session_id "" before the first
 * @property {"guest"|"user"} mode
 * @property {string} user_name "" for a guest, where it is not known, and once it has ended
 * @property {number} accepted
 * @property {number} returned
 * @property {string} ended the event that ended it; "" while it goes on
 */

/**
 * @typedef {Object} ItemNow
 * @property {"item"} kind
 * @property {string} client_uuid "" before the first
 * @property {"inserted"|"photographed"|"decided"|"dropped"|"returned"|"in_doubt"} step
 * @property {boolean|null} accepted
 * @property {string|null} reason
 * @property {{id: {happened: string, advice: string}, en: {happened: string, advice: string}}|null} words
 * @property {string} label
 * @property {number} confidence 0 to 1
 * @property {[number, number, number, number]|null} box left, top, right, bottom, as shares
 * @property {string} picture a path on the bridge, or ""
 */

/**
 * @typedef {Object} SensorsNow
 * @property {"sensors"} kind
 * @property {number|null} bin_pct
 * @property {boolean|null} door_open
 * @property {boolean|null} slot_occupied
 * @property {boolean|null} chamber_occupied
 * @property {number|null} weight_g
 * @property {number|null} temperature_c
 * @property {number|null} bin_full_pct
 * @property {"owner"|"server"|"built_in"|null} bin_full_by
 * @property {"ascii"|"framed"|"nothing"|null} controller
 */

/**
 * @typedef {Object} QueueNow
 * @property {"queue"} kind
 * @property {number} waiting
 * @property {number} ambiguous
 * @property {number} dead
 * @property {number} held kept for when the machine is known as another one again
 */

/**
 * @typedef {Object} AlarmsNow
 * @property {"alarms"} kind
 * @property {{code: string, message: string, since: string, acknowledged: boolean, fault: string}[]} alarms
 */

/**
 * @typedef {Object} LanguageNow
 * @property {"language"} kind
 * @property {"id"|"en"} language
 */

/**
 * @typedef {Object} LoginNow
 * @property {"login"} kind
 * @property {string} qr_content for users to scan; "" while nobody could be let in
 * @property {string} expires_at "" where there is none
 */

/**
 * @typedef {Object} SetupNow
 * @property {"setup"} kind
 * @property {string} address of the page where a technician sets the machine up; empty while there is none
 * @property {string} fingerprint SHA-256 of its certificate, as browsers show it
 * @property {string} code to be typed there; digits only
 * @property {string} expires_at when there is another code, ISO 8601 in UTC
 * @property {string} stick what is wrong with the USB stick that was put in last
 */

/**
 * @typedef {Object} SiteNow
 * @property {"site"} kind
 * @property {string} time_zone by whose time of day the machine goes, as the IANA names it; empty for the computer's own
 */

/**
 * @typedef {Object} Snapshot
 * @property {StateNow} state
 * @property {LinkNow} link
 * @property {SessionNow} session
 * @property {ItemNow} item
 * @property {SensorsNow} sensors
 * @property {QueueNow} queue
 * @property {AlarmsNow} alarms
 * @property {LanguageNow} language
 * @property {LoginNow} login
 * @property {SetupNow} setup
 * @property {ModelNow} model
 * @property {SelfTestNow} self_test
 * @property {SiteNow} site
 */

/**
 * @typedef {Object} Result
 * @property {string} [session_id]
 * @property {string} [text]
 * @property {string} [url]
 * @property {string} [path]
 * @property {ResetOffer} [reset]
 * @property {ComputerFinding[]} [findings] the worst first
 * @property {QueuePage} [queue]
 * @property {EvidencePage} [evidence]
 * @property {JournalPage} [journal]
 * @property {WorldNow} [world] of a simulated machine
 */

/**
 * @typedef {Object} WorldNow
 * @property {string[]} things what can be put in
 * @property {string[]} possible the conditions that can be changed
 * @property {string[]} holding those that hold
 * @property {boolean} given_back something lies in the slot to be taken
 */

/**
 * @typedef {Object} ModelNow
 * @property {"model"} kind
 * @property {string} name of its file, or ""
 * @property {string} version as its card says, or ""
 * @property {string} sha256 of the file that is loaded, or ""
 * @property {"starting"|"ready"|"restarting"} sight whether the eyes can judge
 * @property {number} restarts of their process
 * @property {string} trouble "" while they can judge
 */

/**
 * @typedef {Object} Check
 * @property {"disk"|"server"|"eyes"|"door"|"slot"|"chamber"|"bin"|"scale"|"thermometer"|"light"|"camera"|"motor"} name
 * @property {"pending"|"running"|"passed"|"failed"|"skipped"} state
 * @property {string} found one line of English
 * @property {string} advice what to do, as a word; "" where all is well
 */

/**
 * @typedef {Object} SelfTestNow
 * @property {"self_test"} kind
 * @property {string} begun_at "" before the first
 * @property {boolean} running
 * @property {Check[]} checks in their order
 */

/**
 * @typedef {Object} ComputerFinding
 * @property {string} name
 * @property {string} title
 * @property {"fine" | "note" | "warning" | "failure"} standing
 * @property {string} what
 * @property {string} why
 * @property {string} todo
 */

/**
 * @typedef {Object} ResetOffer
 * @property {string} code eight digits, to be typed back
 * @property {number} lasts_s for how long it is good
 * @property {number|null} waiting deposits that wait for the server, and stay; null where nobody can tell
 */

/**
 * @typedef {Object} QueuedItem
 * @property {string} client_uuid
 * @property {"waiting"|"ambiguous"|"held"|"dead"} delivery
 * @property {"guest"|"user"} mode
 * @property {string} label
 * @property {string} since
 * @property {number} tries
 * @property {string} last_error
 */

/**
 * @typedef {Object} QueuePage
 * @property {number} total
 * @property {number} dead
 * @property {number} pictures
 * @property {QueuedItem[]} items those given up first
 */

/**
 * @typedef {Object} KeptItem
 * @property {number} number asks for the next page, as `before`
 * @property {string} client_uuid
 * @property {string} at
 * @property {boolean} accepted
 * @property {string} reason
 * @property {string} label
 * @property {number} confidence 0 to 1
 * @property {number} size in bytes
 * @property {boolean} uploaded
 * @property {[number, number, number, number]|null} box left, top, right, bottom as shares of the picture
 * @property {boolean} has_cut_out
 * @property {string} picture a path on the bridge, for a minute
 * @property {string} cut_out likewise of the item alone, as the second judge saw it; "" without one
 * @property {{id: {happened: string, advice: string}, en: {happened: string, advice: string}}|null} words what people were told
 */

/**
 * @typedef {Object} EvidencePage
 * @property {number} total
 * @property {boolean} more
 * @property {KeptItem[]} items the newest first
 */

/**
 * @typedef {Object} JournalLine
 * @property {number} seq
 * @property {string} at
 * @property {string} event
 * @property {string[]} where
 * @property {string} detail
 */

/**
 * @typedef {Object} JournalPage
 * @property {boolean} gap
 * @property {JournalLine[]} lines oldest first
 */

export {};
