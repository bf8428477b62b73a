package demo

import "time"

// place is an address that the visitor can pick on the product page. Charge
// and days follow the articles on shipping charges and delivery times.
type place struct {
	Slug    string
	Address string
	Days    int    // working days, Monday to Saturday
	Charge  string // as shown, for an order of one Tab 11
}

// places lists the addresses; the first one is picked at the start.
var places = []place{
	{Slug: "bengaluru", Address: "560038, Indiranagar, Bengaluru", Days: 2, Charge: "Free"},
	{Slug: "mumbai", Address: "400050, Bandra West, Mumbai", Days: 3, Charge: "Free"},
	{Slug: "kochi", Address: "682011, Ernakulam, Kochi", Days: 4, Charge: "Free"},
	{Slug: "shimla", Address: "171001, Mall Road, Shimla", Days: 6, Charge: "Free"},
	{Slug: "leh", Address: "194101, Leh, Ladakh", Days: 9, Charge: "₹199"},
}

// dispatchHour is the hour until which an order leaves the same day.
const dispatchHour = 14

// indianTime is the shop's clock. The offset is fixed, since India has had no
// summer time since 1945, and a server may lack the zone database.
var indianTime = time.FixedZone("IST", 5*60*60+30*60)

func pickPlace(slug string) place {
	for _, p := range places {
		if p.Slug == slug {
			return p
		}
	}
	return places[0]
}

// arrival counts working days from the day of dispatch. Public holidays are
// left out: the shop is a picture of one, not its calendar.
func (p place) arrival(ordered time.Time) time.Time {
	day := ordered.In(indianTime)
	if day.Weekday() == time.Sunday || day.Hour() >= dispatchHour {
		day = nextWorkingDay(day)
	}
	for range p.Days {
		day = nextWorkingDay(day)
	}
	return day
}

func nextWorkingDay(day time.Time) time.Time {
	day = day.AddDate(0, 0, 1)
	if day.Weekday() == time.Sunday {
		return day.AddDate(0, 0, 1)
	}
	return day
}
