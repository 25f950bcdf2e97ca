"""The census baseline: how many new migrant women from outside the European Union live in an area, and how surely.

Three estimators side by side (`stock`, `arrivals`, `trend`), the steps from residents to women who could be reached
(`shares`, `students`, `ageing`, `births`, gathered in `baseline`), the ten domains of integration (`integration`), where the
area stands (`standing`), and the command that fetches the tables of another area (`fetch`).
"""
