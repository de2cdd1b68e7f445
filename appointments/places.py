"""Where and when a booking is, read the same everywhere, as `booking.Booking` names it."""

PLACE = """s.id as slot_id, s.day, s.starts_at, s.ends_at,
       s.starts_at - make_interval(mins => t.cancel_minutes) as cancel_until,
       t.id as type_id, t.code as type_code, t.name as type_name, d.name as department_name, h.id as hall_id,
       h.code as hall_code, h.name as hall_name, h.path as hall_path, h.address as hall_address,
       h.phone as hall_phone"""

# To be joined on the slot and on what was booked, which is not the slot's own type where several share its places:
# ``join {PLACES} on s.id = a.slot_id and t.id = a.type_id``.
PLACES = """((appointment_type t join hall h on h.id = t.hall_id join department d on d.id = t.department_id)
       cross join slot s)"""
