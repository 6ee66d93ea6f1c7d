"""The statements behind `graph.runs`. Each answers with the row it changed, or with none."""

CREATE = """
insert into runs (id, tenant, title, topic, providers, budget_usd, approve, plan, out)
values (%(id)s, %(tenant)s, %(title)s, %(topic)s, %(providers)s, %(budget_usd)s, %(approve)s,
    %(plan)s, %(out)s)
returning *
"""

# A killed process leaves its name in `holder`; whether it lives is known by its lock alone.
_HELD = """holder is not null and exists (select 1 from pg_locks
        where locktype = 'advisory' and objsubid = 1 and granted
            and (classid::bigint << 32) | objid::bigint = hashtextextended(runs.id::text, 42))
    as held"""

GET = f"select *, {_HELD} from runs where id = %(id)s"

LIST = f"""
select *, {_HELD} from runs
where (%(status)s::text is null or status = %(status)s)
    and (%(tenant)s::text is null or tenant = %(tenant)s)
    and (%(id)s::uuid is null or (created_at, id) < (%(created_at)s::timestamptz, %(id)s))
order by created_at desc, id desc
limit %(limit)s
"""

FIND = f"select *, {_HELD} from runs where id::text like %(beginning)s order by id limit 2"

SET_STATUS = """
update runs set status = %(to)s, reason = %(reason)s, wake_at = %(wake_at)s, updated_at = now()
where id = %(id)s and status = any(%(only_from)s)
returning *
"""

SET_FACTS = """
update runs set
    title = coalesce(%(title)s, title),
    script_version = coalesce(%(script_version)s, script_version),
    plan = coalesce(%(plan)s, plan),
    out = coalesce(%(out)s, out),
    budget_usd = coalesce(%(budget_usd)s, budget_usd),
    updated_at = now()
where id = %(id)s
returning *
"""

# A change that came with a key is marked in the same breath: recorded and marked, or neither.
RECORD_DECISION = """
with recorded as (update runs set decision = %(decision)s, status = %(to)s, updated_at = now()
    where id = %(id)s and status = any(%(only_from)s) and decision is null
        and (%(script_version)s::integer is null or script_version = %(script_version)s)
    returning *),
taken as (update change_requests set taken_at = now() from recorded
    where change_requests.id = (recorded.decision #>> '{asked,id}')::uuid)
select * from recorded
"""

FINISH_AGAIN = """
update runs set status = 'done', reason = '', decision = null, cancel_requested = false,
    title = %(title)s, script_version = %(script_version)s, updated_at = now()
where id = %(id)s and status = any(%(only_from)s)
returning *
"""

DROP_DECISION = "update runs set decision = null where id = %(id)s returning id"

REQUEST_CANCEL = f"""
update runs set cancel_requested = true, updated_at = now()
where id = %(id)s and status = any(%(only_from)s)
returning *, {_HELD}
"""

HOLD = "update runs set holder = %(holder)s where id = %(id)s returning id"

RELEASE = "update runs set holder = null where id = %(id)s and holder = %(holder)s returning id"
