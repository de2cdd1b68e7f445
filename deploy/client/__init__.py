"""`make miniapp`: the citizens' client out of its sources: types, three packages, checks, and the browser's part put at
the citizen door. Node is needed here and nowhere else.
"""
